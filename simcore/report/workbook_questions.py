"""Names of the sheets of a workbook, and the questions that they answer, in English and in Swedish."""

from __future__ import annotations

from typing import Final

from simcore.report.language import Phrase

#: By the key of a sheet: its name, which has at most 31 letters, and the question that it answers.
SHEETS: Final[dict[str, tuple[Phrase, Phrase]]] = {
    "summary": (("Summary", "Sammanfattning"), ("", "")),
    "contents": (
        ("Contents", "Innehåll"),
        ("Which sheet answers which question?", "Vilket blad svarar på vilken fråga?"),
    ),
    "gains": (
        ("Who pays, who gains", "Vem betalar, vem vinner"),
        (
            "Who pays for each intervention, and who gains by it over the whole period?",
            "Vem betalar för varje insats, och vem vinner på den under hela perioden?",
        ),
    ),
    "horizons": (
        ("Horizons", "Tidshorisonter"),
        (
            "What does each actor gain within a few years, and in the long run?",
            "Vad vinner varje aktör inom några år, och på lång sikt?",
        ),
    ),
    "flows": (("Flows", "Flöden"), ("Whose money avoids whose costs?", "Vems pengar minskar vems kostnader?")),
    "payback": (
        ("Payback and exposure", "Återbetalning och utlägg"),
        (
            "When does each actor have its money back, and how much is it out of pocket till then?",
            "När har varje aktör fått tillbaka sina pengar, och hur mycket ligger den ute med till dess?",
        ),
    ),
    "course": (
        ("Over time", "Över tid"),
        (
            "How does the net saving of each actor build up, year by year, and within which limits?",
            "Hur växer nettot för varje aktör fram år för år, och inom vilka gränser?",
        ),
    ),
    "budgets": (
        ("Budget years", "Budgetår"),
        (
            "What does each budget gain or lose in each calendar year, for the whole target group?",
            "Vad vinner eller förlorar varje budget varje kalenderår, för hela målgruppen?",
        ),
    ),
    "worlds": (
        ("Silos", "Stuprör"),
        (
            "What is funded when each payer decides alone or all decide together, for a short time or a long one?",
            "Vad finansieras när varje betalare beslutar för sig eller alla tillsammans, på kort eller lång sikt?",
        ),
    ),
    "losses": (
        ("Price of silos", "Prislapp på stuprör"),
        (
            "What is lost by deciding apart or for a short time, and who bears it?",
            "Vad går förlorat på att besluta var för sig eller kortsiktigt, och vem bär det?",
        ),
    ),
    "shares": (
        ("Agreements", "Överenskommelser"),
        (
            "How can actors share the cost, and what does each gain then?",
            "Hur kan aktörer dela på kostnaden, och vad vinner var och en då?",
        ),
    ),
    "contract": (
        ("Payment by results", "Resultatbaserad ersättning"),
        ("What may a result cost: {outcome}?", "Vad får ett resultat kosta: {outcome}?"),
    ),
    "fund": (
        ("Fund", "Fond"),
        (
            "What should a fund of {capital} pay for, and is it repaid?",
            "Vad bör en fond på {capital} betala för, och får den tillbaka pengarna?",
        ),
    ),
    "balance": (
        ("Fund balance", "Fondens saldo"),
        ("How does the balance of the fund develop?", "Hur utvecklas fondens saldo?"),
    ),
    "gaps": (
        ("Gaps between groups", "Skillnader mellan grupper"),
        ("Does an intervention make gaps smaller?", "Minskar insatserna skillnaderna mellan grupper?"),
    ),
    "groups": (
        ("Groups", "Grupper"),
        ("What changes in each subgroup?", "Vad ändras i varje grupp?"),
    ),
    "ranking": (
        ("Ranking", "Rangordning"),
        (
            "Which intervention is worth most to society, by which measure, and how sure is that?",
            "Vilken insats är mest värd för samhället, med vilket mått, och hur säkert är det?",
        ),
    ),
    "outcomes": (
        ("Outcomes", "Utfall"),
        ("What changes in lives, money apart?", "Vad ändras i människors liv, pengar oräknat?"),
    ),
    "drivers": (
        ("What drives it", "Vad som styr"),
        (
            "Which uncertain figures make society's net saving uncertain?",
            "Vilka osäkra uppgifter gör samhällets netto osäkert?",
        ),
    ),
    "quality": (
        ("Quality of figures", "Uppgifternas kvalitet"),
        (
            "How much of the answer rests on weak or assumed figures?",
            "Hur mycket av svaret vilar på svaga eller antagna uppgifter?",
        ),
    ),
    "luck": (
        ("Luck and uncertain figures", "Slump och osäkra uppgifter"),
        (
            "How much of what may happen to the target group is luck, and how much do we not know?",
            "Hur mycket av det som kan hända målgruppen är slump, och hur mycket är sådant vi inte vet?",
        ),
    ),
    "inputs": (
        ("Inputs", "Indata"),
        (
            "Which figures went in, and where do they come from?",
            "Vilka uppgifter har lagts in, och varifrån kommer de?",
        ),
    ),
    "tables": (
        ("Tables of inputs", "Tabeller i indata"),
        ("What do the tables among the inputs hold?", "Vad står i de tabeller som ingår i indata?"),
    ),
    "works": (
        ("Sources", "Källor"),
        ("Which works do the figures come from?", "Vilka källor kommer uppgifterna från?"),
    ),
    "run": (
        ("How it was run", "Så kördes simuleringen"),
        ("How was this worked out, and how is it done again?", "Hur räknades detta fram, och hur görs det om?"),
    ),
}  # fmt: skip
