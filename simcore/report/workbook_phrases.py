"""What stands in a workbook beside numbers: labels, heads, units and notes, in English and in Swedish."""

from __future__ import annotations

from typing import Final

from simcore.report.language import Phrase

TEXTS: Final[dict[str, Phrase]] = {
    # -- units
    "for_all": (
        "{currency} for {whom}, prices of {price_year}, not discounted",
        "{currency} för {whom}, {price_year} års priser, ej diskonterat",
    ),
    "for_all_nominal": (
        "{currency} for {whom}, not discounted; nominal: prices rising {inflation} a year from {price_year}",
        "{currency} för {whom}, ej diskonterat; löpande priser: {inflation} per år från {price_year}",
    ),
    "for_fund": (
        "{currency}, prices of {price_year}, not discounted",
        "{currency}, {price_year} års priser, ej diskonterat",
    ),
    "for_group": (
        "{currency} for {whom}, present value, prices of {price_year}",
        "{currency} för {whom}, nuvärde, {price_year} års priser",
    ),
    "own_unit": (
        "the unit of each outcome, per person, not discounted",
        "utfallets egen enhet, per person, ej diskonterat",
    ),
    "own_unit_of_group": (
        "the unit of each outcome, per person of the subgroup, not discounted",
        "utfallets egen enhet, per person i gruppen, ej diskonterat",
    ),
    "share_of_variance": ("share of the variance", "andel av variansen"),
    # -- labels
    "intervention": ("Intervention", "Insats"),
    "sector": ("Sector", "Sektor"),
    "public": ("public", "offentlig"),
    "employer": ("employer", "arbetsgivare"),
    "household": ("household", "hushåll"),
    "other": ("other", "annan"),
    "sum": ("sum", "summa"),
    "payer": ("Payer", "Betalare"),
    "horizon": ("Horizon", "Tidshorisont"),
    "number_of_years": ("Years", "Antal år"),
    "last_year": ("Until", "Till och med"),
    "year": ("Year", "År"),
    "way": ("Way to share", "Sätt att dela"),
    "decider": ("Who decides", "Vem beslutar"),
    "looking_at": ("Looking at", "Med sikte på"),
    "cause": ("Lost by", "Förlorat på"),
    "attribute": ("By", "Efter"),
    "subgroup": ("Subgroup", "Grupp"),
    # -- heads of numbers
    "avoided": ("Avoided costs, sum", "Undvikna kostnader, summa"),
    "of_all": ("Net saving, all {whom}", "Netto, alla {whom}"),
    "error": ("± MCSE", "± MCSE"),
    "error_of": ("± MCSE, {of}", "± MCSE, {of}"),
    "quantile": ("{of}, {share}", "{of}, {share}"),
    "above_zero": ("Probability of a gain", "Sannolikhet för vinst"),
    "paid_share": ("Share of the cost paid", "Andel av kostnaden som betalas"),
    "flow": ("Avoided cost that it brings", "Undviken kostnad som den ger"),
    "back_year": ("Money back in, {share}", "Pengarna tillbaka år, {share}"),
    "never_back": ("Never back: probability", "Aldrig tillbaka: sannolikhet"),
    "out": ("Out of pocket at most, expected", "Ligger ute med som mest, väntat"),
    "out_year": ("Out of pocket most in", "Ligger ute med mest år"),
    "out_share": ("Out of pocket at most, {share}", "Ligger ute med som mest, {share}"),
    "cumulative": ("Net saving up to the year, expected", "Netto till och med året, väntat"),
    "paid_back": ("Back for good: probability", "Varaktigt tillbaka: sannolikhet"),
    "programme_of_year": ("Programme cost", "Insatsens kostnad"),
    "net_of_year": ("Net saving", "Netto"),
    "cash_of_year": ("Net saving, cashable", "Netto i budget"),
    "nominal": ("{of}, nominal", "{of}, löpande priser"),
    "funded": ("Funded", "Finansieras"),
    "nothing": ("nothing", "inget"),
    "value": ("Worth to society", "Värde för samhället"),
    "cashable_value": ("of which cashable", "varav i budget"),
    "loss": ("Expected loss", "Väntad förlust"),
    "probability_of_loss": ("Probability of a loss", "Sannolikhet för förlust"),
    "cashable_loss": ("Loss, cashable", "Förlust i budget"),
    "share": ("Share of the cost", "Andel av kostnaden"),
    "net": ("Net saving then", "Netto då"),
    "not_losing": ("Probability not to lose", "Sannolikhet att inte förlora"),
    "together": ("Net saving of these actors together", "Aktörernas netto tillsammans"),
    "reachable": ("Largest probability that all can have", "Största sannolikhet som alla kan ha"),
    "provider_probability": ("Provider does not lose", "Utföraren förlorar inte"),
    "buyers_probability": ("Buyers do not lose", "Köparna förlorar inte"),
    "rank": ("Rank", "Plats"),
    "outlay": ("Outlay of those who pay", "Utlägg för dem som betalar"),
    "unit": ("Unit", "Enhet"),
    "usual": ("Usual", "Som i dag"),
    "with_it": ("With the intervention", "Med insatsen"),
    "change": ("Change", "Ändring"),
    "concentration_before": ("Concentration index now", "Koncentrationsindex i dag"),
    "concentration_after": ("Concentration index with the intervention", "Koncentrationsindex med insatsen"),
    "share_of_all": ("Share of persons", "Andel av personerna"),
    "share_of_gain": ("Share of the change", "Andel av ändringen"),
    "figure": ("Figure", "Uppgift"),
    "about": ("What it is", "Vad den är"),
    "spread_share": ("Share of the spread", "Andel av osäkerheten"),
    "money_share": ("Share of the money that moves", "Andel av beloppen som ändras"),
    "grade": ("Grade", "Evidensgrad"),
    "evidence": ("Evidence", "Evidens"),
    "rest": ("luck, or not linear", "slump, eller ej linjärt"),
    "rest_exact": ("not linear", "ej linjärt"),
    "expected_net": ("Net saving, expected", "Netto, väntat"),
    "sd_ignorance": (
        "Standard deviation: uncertain figures",
        "Standardavvikelse: osäkra uppgifter",
    ),
    "sd_luck": ("Standard deviation: luck", "Standardavvikelse: slump"),
    "sd_both": ("Standard deviation: both", "Standardavvikelse: båda"),
    "luck_share": ("Share of luck in the variance", "Slumpens andel av variansen"),
    "may_happen": ("May happen, {share}", "Kan hända, {share}"),
    "group_saves": ("Probability that the group saves", "Sannolikhet för vinst för gruppen"),
    # -- inputs
    "name": ("Name", "Namn"),
    "figure_value": ("Value", "Värde"),
    "low": ("5 %", "5 %"),
    "high": ("95 %", "95 %"),
    "drawn": ("Mean in this run", "Medel i körningen"),
    "form": ("Distribution, or form", "Fördelning, eller form"),
    "price_year": ("Price year", "Prisår"),
    "work": ("Source", "Källa"),
    "where": ("Where in it", "Var i källan"),
    "as_printed": ("As printed", "Som det står"),
    "conversion": ("Conversion", "Omräkning"),
    "assumption": ("Assumption", "Antagande"),
    "checked_by": ("Read again by", "Läst igen av"),
    "drives": ("What it drives", "Vad den styr"),
    "place": ("File and line", "Fil och rad"),
    "replaces": ("Replaces", "Ersätter"),
    "another": ("another entry", "en annan uppgift"),
    "replaced": ("{value} in {file}", "{value} i {file}"),
    "assumed": ("assumed", "antagen"),
    "causal": ("causal", "orsakssamband"),
    "associational": ("associational", "samvariation"),
    "table": ("Table", "Tabell"),
    "row_of": ("Row", "Rad"),
    "by": ("By", "Av"),
    "title": ("Title", "Titel"),
    "address": ("Address", "Adress"),
    "seen_in": ("Seen in", "Sedd i"),
    "uses": ("Figures from it", "Uppgifter därifrån"),
    "key": ("Key", "Nyckel"),
    # -- how it was run
    "what": ("What", "Vad"),
    "answer": ("Value", "Värde"),
    "sheet": ("Sheet", "Blad"),
    "question": ("Question", "Fråga"),
    "run_in_short": (
        "{draws} draws of the uncertain figures, {persons} persons in each, {engine}; seed {seed}, simcore {version}.",
        "{draws} dragningar av de osäkra uppgifterna, {persons} personer i varje, {engine}; frö {seed}, simcore "
        "{version}.",
    ),
    "sampled": ("lives sampled one by one", "liv som simuleras ett och ett"),
    "expected": ("expected values of the exact distribution", "väntevärden av den exakta fördelningen"),
    "scenario": ("Scenario", "Scenario"),
    "scenario_title": ("Title", "Titel"),
    "scenario_question": ("Question", "Fråga"),
    "content_hash": ("Hash of its files (SHA-256)", "Filernas kontrollsumma (SHA-256)"),
    "files": ("Files", "Filer"),
    "alternative": ("Alternative", "Alternativ"),
    "seed": ("Seed", "Frö"),
    "n_persons": ("Persons per draw", "Personer per dragning"),
    "n_draws": ("Draws", "Framtider (dragningar)"),
    "target_group": ("Target group [persons]", "Målgrupp [personer]"),
    "cohorts": ("Cohorts", "Årskullar"),
    "first_year": ("First calendar year", "Första kalenderår"),
    "final_year": ("Last calendar year", "Sista kalenderår"),
    "cycle_length_years": ("Length of a cycle [years]", "Cykelns längd [år]"),
    "currency": ("Currency", "Valuta"),
    "money_price_year": ("Prices of", "Prisår"),
    "discount_rate": ("Discount rate for money, per year", "Diskonteringsränta för pengar, per år"),
    "outcome_discount_rate": ("Discount rate for outcomes, per year", "Diskonteringsränta för utfall, per år"),
    "discount_by_year": ("Discount rate differs by year", "Diskonteringsräntan skiljer sig mellan år"),
    "comparator": ("Compared with", "Jämförelse"),
    "strategies": ("Strategies", "Strategier"),
    "groups_by": ("Subgroups by", "Grupper efter"),
    "engine": ("Engine", "Beräkningssätt"),
    "sampling": ("How figures are drawn", "Hur uppgifter dras"),
    "luck_of": ("Luck", "Slump"),
    "given": ("Figures given, not drawn", "Uppgifter med givet värde (ej dragna)"),
    "simcore_version": ("Version of simcore", "Version av simcore"),
    "processor": ("Processor", "Processor"),
    "version_of": ("Version of {what}", "Version av {what}"),
    "also": ("Kinds of cost counted on request", "Kostnadsslag som räknas på begäran"),
    "inflation": ("Inflation for nominal budgets, per year", "Inflation i löpande priser, per år"),
    "budget_years": ("Years of the short horizon", "År i den korta horisonten"),
    "asked_not_losing": ("Probability asked for not to lose", "Önskad sannolikhet att inte förlora"),
    "among": ("Actors of agreements", "Aktörer i överenskommelser"),
    "run_again": ("Run these results again", "Kör om dessa resultat"),
    "run_anew": ("Run the scenario", "Kör scenariot"),
    "yes": ("yes", "ja"),
    "no": ("no", "nej"),
    "never": ("never", "aldrig"),
    # -- notes
    "notes_below": ("Notes: row {row}", "Anmärkningar: rad {row}"),
    "back_to_contents": ("All sheets", "Alla blad"),
    "empty": (
        "An empty cell: it does not exist, or luck between the persons simulated hides it.",
        "Tom cell: talet finns inte, eller slumpen mellan de simulerade personerna döljer det.",
    ),
    "error_note": (
        "MCSE: Monte Carlo standard error, how far a mean may be off because only so many lives and draws were "
        "simulated.",
        "MCSE: Monte Carlo-medelfel, hur mycket ett medelvärde kan slå fel för att bara så många liv och dragningar "
        "simulerats.",
    ),
    "sums": (
        "Public sector and society are sums over actors: leave them out before you add rows up (sector: sum).",
        "Offentlig sektor och samhället är summor över aktörer: ta bort dem innan du summerar rader (sektor: summa).",
    ),
    "gains_note": (
        "A minus: the actor pays more, or receives less. The programme and the avoided costs add up to the net saving. "
        "5, 50 and 95 % and the probability are those of the expected value, luck taken off.",
        "Minus: aktören betalar mer eller får mindre. Insatsen och de undvikna kostnaderna summerar till nettot. 5, 50 "
        "och 95 % och sannolikheten avser det väntade värdet, utan slumpen mellan personer.",
    ),
    "cashable_note": (
        "Cashable: what becomes money in a budget, in the share, after the time and in the steps that prices say.",
        "I budget: det som går att räkna hem, med den andel, efter den tid och i de steg som priserna anger.",
    ),
    "settled_note": (
        "Limits and probabilities are those of the expected value, luck between persons taken off.",
        "Gränser och sannolikheter avser det väntade värdet, utan slumpen mellan personer.",
    ),
    "no_flows": (
        "Nobody pays for any intervention, so there is nothing to show.",
        "Ingen betalar för någon insats, så det finns inget att visa.",
    ),
    "payback_note": (
        "Year from which the money is back for good, counted as present value; never: not within the horizon. Empty "
        "for who neither pays nor loses at any time. Out of pocket: paid, less what has become money in the budget.",
        "År från vilket pengarna är tillbaka varaktigt, räknat som nuvärde; aldrig: inte inom tidshorisonten. Tomt för "
        "den som varken betalar eller förlorar någon gång. Ligger ute med: betalat minus det som blivit pengar i "
        "budgeten.",
    ),
    "at_stake": (
        "Actors for whom an intervention changes nothing have no rows.",
        "Aktörer som en insats inte ändrar något för har inga rader.",
    ),
    "nothing_changes": (
        "No intervention changes anything for anybody.",
        "Ingen insats ändrar något för någon.",
    ),
    "simulated_limits": (
        "Limits are those of the draws as simulated: the luck of single years is in them.",
        "Gränserna gäller dragningarna som de simulerades: slumpen i enskilda år ingår.",
    ),
    "loss_note": (
        "Against deciding together over the whole period; a minus: better off so. Limits and probability: of society's "
        "loss.",
        "Jämfört med att alla beslutar tillsammans för hela perioden; minus: aktören tjänar på det. Gränser och "
        "sannolikhet: för samhällets förlust.",
    ),
    "contract_note": (
        "Lowest: a provider that pays for all of it breaks even on average; highest: the buyers do. With "
        "{probability}: not losing so surely. No price where the lowest is above the highest. Nothing is paid in "
        "futures in which the outcome gets worse, so prices differ a little from cost per success.",
        "Lägsta: en utförare som betalar allt går jämnt ut i genomsnitt; högsta: köparna gör det. Med {probability}: "
        "så säkert att inte förlora. Inget pris där det lägsta är högre än det högsta. Inget betalas i framtider där "
        "utfallet blir sämre, så priserna skiljer sig något från kostnad per resultat.",
    ),
    "success_note": (
        "Success: one unit of improvement in {outcome}; empty where less than one is expected in the whole target "
        "group.",
        "Resultat: en enhets förbättring av {outcome}; tomt där mindre än en väntas i hela målgruppen.",
    ),
    "no_agreement": (
        "No intervention costs anything, so there is nothing to share.",
        "Ingen insats kostar något, så det finns inget att dela.",
    ),
    "shares_note": (
        "A negative share: the actor is paid. A way without rows does not exist: together the actors gain no more than "
        "it costs, or the probability asked for is out of reach.",
        "Negativ andel: aktören får betalt. Ett sätt utan rader finns inte: tillsammans vinner aktörerna inte mer än "
        "kostnaden, eller den önskade sannolikheten går inte att nå.",
    ),
    "ranking_note": (
        "Social return: gain per unit of money laid out. MVPF, marginal value of public funds: what others gain by the "
        "net cost to the public sector; ∞ where it costs the public sector nothing. Expected regret: what the best "
        "choice of each future has more.",
        "Social avkastning: vinst per utlagd krona. MVPF, marginalvärde av offentliga medel: vad andra vinner per "
        "krona i nettokostnad för offentlig sektor; ∞ där det inte kostar offentlig sektor något. Väntad missad vinst: "
        "vad det bästa valet i varje framtid ger mer.",
    ),
    "not_settled": (
        "This sample does not settle the order of all of them.",
        "Simuleringen avgör inte ordningen mellan alla.",
    ),
    "few_draws": (
        "With fewer than three draws for each uncertain figure their shares cannot be told: more --draws.",
        "Med färre än tre dragningar per osäker uppgift går andelarna inte att visa: fler --draws.",
    ),
    "drivers_note": (
        "Of the variance over draws, what a linear regression on all uncertain figures lays on each. Figures below "
        "0.05 % are left out.",
        "Av variansen över dragningar, det som en linjär regression på alla osäkra uppgifter lägger på var och en. "
        "Uppgifter under 0,05 % är utelämnade.",
    ),
    "nothing_uncertain": (
        "No figure of this case is uncertain, so none drives the answer.",
        "Ingen uppgift i fallet är osäker, så ingen styr svaret.",
    ),
    "quality_note": (
        "Grades from A (strong) to D (weak); assumed: without a source. Money: of all amounts that change, those whose "
        "price or unit cost has this grade.",
        "Evidensgrad från A (stark) till D (svag); antagen: utan källa. Pengar: av alla belopp som ändras, de vars "
        "pris har denna grad.",
    ),
    "luck_note": (
        "Uncertain figures: how far what is expected differs between futures. Luck: how far this one group of persons "
        "may differ from what is expected. Together they are what may happen (variances add up).",
        "Osäkra uppgifter: hur mycket det väntade skiljer sig mellan framtider. Slump: hur mycket just den här gruppen "
        "kan avvika från det väntade. Tillsammans är de vad som kan hända (varianserna summerar).",
    ),
    "luck_exact": (
        "These results are expected values without luck. 'simcore run' with sampled lives shows luck.",
        "Resultaten är väntevärden utan slump. 'simcore run' med simulerade liv visar slumpen.",
    ),
    "luck_few": (
        "Fewer persons were simulated per draw than the target group has, so what may happen to it has no limits here: "
        "more --persons.",
        "Färre personer simulerades per dragning än målgruppen har, så gränser för vad som kan hända saknas: fler "
        "--persons.",
    ),
    "inputs_note": (
        "Value, 5 and 95 %: expected value and quantiles of the distribution. Mean in this run: of the draws. Texts "
        "are those of the scenario.",
        "Värde, 5 och 95 %: fördelningens väntevärde och kvantiler. Medel i körningen: dragningarnas medelvärde. "
        "Texterna är scenariots egna.",
    ),
    "groups_note": (
        "Limits hold the luck of the persons simulated.",
        "Gränserna innehåller slumpen mellan de simulerade personerna.",
    ),
    "run_note": (
        "RESULTS is the folder with the results, SCENARIO the name or the folder of the scenario.",
        "RESULTS är mappen med resultaten, SCENARIO scenariots namn eller mapp.",
    ),
}  # fmt: skip
