"""What a new case says in its comments and its README, in English and in Swedish."""

from __future__ import annotations

from typing import Final

from simcore.report.language import Phrase

PHRASES: Final[dict[str, Phrase]] = {
    # -- the head of the file
    "begun": (
        "{name}: begun from {origin} ({title}).",
        "{name}: utgår från {origin} ({title}).",
    ),
    "as_it_stands": (
        (
            "As it stands, this case gives the numbers of {origin}. Write here what you know better for your own "
            "municipality, region or country; all the rest is taken from {origin}."
        ),
        (
            "Som filen står ger fallet samma tal som {origin}. Skriv här det du vet bättre om din egen kommun, region "
            "eller ditt eget land; allt annat hämtas från {origin}."
        ),
    ),
    "marks": (
        (
            "Lines that begin with ## explain. A line that begins with one # is a figure as {origin} has it: take away "
            "the # and the blank behind it, so that the line stands in one column with those around it, and change it. "
            "Each may be taken into use by itself."
        ),
        (
            "Rader som börjar med ## förklarar. En rad som börjar med ett # är en uppgift så som den står i {origin}: "
            "ta bort # och mellanslaget efter, så att raden står i samma spalt som de andra, och ändra den. Varje rad "
            "kan tas i bruk för sig."
        ),
    ),
    "numbers": (
        (
            "Numbers have a decimal point and no blanks (48000.5), shares are fractions (3.5 % is 0.035). A figure "
            "that is known exactly is written {{fixed: 48000}}."
        ),
        (
            "Tal skrivs med decimalpunkt och utan mellanslag (48000.5), andelar som decimaltal (3,5 % är 0.035). En "
            "uppgift som är känd exakt skrivs {{fixed: 48000}}."
        ),
    ),
    "steps": ("Step by step:", "Steg för steg:"),
    "step_change": (
        "Change this file: the title, the target group, and two or three figures.",
        "Ändra i den här filen: titeln, målgruppen och två eller tre uppgifter.",
    ),
    "step_check": (
        "See in words what the case means, and what is wrong with it:",
        "Läs i ord vad fallet betyder och vad som är fel i det:",
    ),
    "step_run": (
        "Simulate (with --draws 100 for a first look):",
        "Simulera (med --draws 100 för en första titt):",
    ),
    "step_report": (
        "Read the result as a web page, or as a workbook (--xlsx FILE):",
        "Läs resultatet som webbsida, eller som arbetsbok (--xlsx FIL):",
    ),
    "step_inputs": (
        "If you would rather change figures in Excel, all of them are there; bring them back as another case:",
        "Vill du hellre ändra uppgifter i Excel finns alla där; läs in dem som ett nytt fall:",
    ),
    "step_decide": (
        "See who pays and gains, when, and what to agree on:",
        "Se vem som betalar och vinner, när, och vad man kan komma överens om:",
    ),
    "step_sources": (
        "See where each figure comes from, and which you have changed:",
        "Se var varje uppgift kommer ifrån, och vilka du har ändrat:",
    ),
    # -- headings
    "who": ("Who it is about", "Vilka det gäller"),
    "future": ("Money in the future", "Pengar i framtiden"),
    "programmes": (
        "The programmes: what they are called, and who pays for them",
        "Insatserna: vad de kallas och vem som betalar",
    ),
    "figures": ("The figures", "Uppgifterna"),
    "persons": ("Who is in the group", "Vilka som ingår i gruppen"),
    "programme": ("{label}: what it costs, and who takes part", "{label}: vad den kostar och vilka som deltar"),
    "discounting": ("Discounting", "Diskontering"),
    "unit_costs": ("What services, benefits and work cost", "Vad tjänster, ersättningar och arbete kostar"),
    "payers": ("Who pays how much of it", "Vem som betalar hur stor del"),
    "cashable": ("What of an avoided cost becomes money", "Hur stor del av en undviken kostnad som blir pengar"),
    # -- settings
    "title": (
        "How reports call the case.",
        "Så kallas fallet i rapporter.",
    ),
    "target_group": (
        "Persons the decision is about; budgets are for all of them. At most {persons}, which are simulated per draw "
        "(persons).",
        "Antal personer som beslutet gäller; budgetar gäller alla. Högst {persons}, så många simuleras per dragning "
        "(persons).",
    ),
    "horizon": ("How long lives are followed.", "Hur länge liven följs."),
    "start": ("Calendar year of the first cycle.", "Kalenderår för den första cykeln."),
    "discount": (
        "Money a year later is worth so much less: 0.03 is 3 % a year.",
        "Pengar ett år senare är så mycket mindre värda: 0.03 är 3 % per år.",
    ),
    "costs": (
        "Who bears its costs, numbered from 0. Actors: {actors}.",
        "Vem som bär kostnaderna, numrerade från 0. Aktörer: {actors}.",
    ),
    "live": (
        "(This entry is live but changes nothing: a section may not be empty.)",
        "(Den här posten är i bruk men ändrar inget: ett avsnitt får inte vara tomt.)",
    ),
    "by_table": (
        "These differ by {keys} and are changed in Excel (simcore inputs export), or as a table: {names}.",
        "Dessa skiljer sig åt efter {keys} och ändras i Excel (simcore inputs export) eller som en tabell: {names}.",
    ),
    # -- a figure
    "source": ("Source: {source}", "Källa: {source}"),
    "assumption": ("Assumption: {source}", "Antagande: {source}"),
    "grade": ("grade {grade}", "evidensgrad {grade}"),
    "prices_of": ("prices of {year}", "{year} års priser"),
    "drives": ("Drives {what}.", "Påverkar {what}."),
    "paid_by": ("Paid by {names}.", "Betalas av {names}."),
    "to_fill_in": (
        "TO FILL IN: where our figure comes from, and its range",
        "FYLL I: var vår uppgift kommer ifrån, och dess spann",
    ),
    # -- the README
    "readme_what": (
        (
            "This case extends {origin}: *{title}*. `scenario.yaml` says what is different here; as long as nothing in "
            "it is changed, the numbers are those of {origin}."
        ),
        (
            "Fallet utgår från {origin}: *{title}*. I `scenario.yaml` står det som är annorlunda här; så länge inget "
            "har ändrats där är talen desamma som i {origin}."
        ),
    ),
    "readme_copied": (
        "The folder `{folder}` is a copy of that case and belongs to it: leave it where it is.",
        "Mappen `{folder}` är en kopia av det fallet och hör till: låt den ligga kvar.",
    ),
    "readme_question": ("What it asks", "Frågan"),
    "readme_steps": ("Step by step", "Steg för steg"),
    "readme_ours": ("What is our own here", "Vad som är vårt eget här"),
    "readme_note": (
        (
            "Write down what you have changed and why, so that a reader can follow it. Each figure in `scenario.yaml` "
            'says in `source` where it comes from: `{{assumption: "our budget for 2025, 40,000 to 58,000"}}` is '
            "honest and allowed; a figure that somebody has published is better given with its work, and a grade."
        ),
        (
            "Skriv vad ni har ändrat och varför, så att en läsare kan följa det. Varje uppgift i `scenario.yaml` säger "
            'i `source` var den kommer ifrån: `{{assumption: "vår budget för 2025, 40 000 till 58 000"}}` är ärligt '
            "och tillåtet; en uppgift som någon har publicerat anges hellre med källa och evidensgrad."
        ),
    ),
}
