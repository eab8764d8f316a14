"""Titles, heads and notes of the tables and figures about decisions, in English and in Swedish."""

from __future__ import annotations

from typing import Final

from simcore.report.language import Phrase

HEADS: Final[dict[str, Phrase]] = {
    # -- units
    "per_person": (
        "{currency} per person, present value, prices of {price_year}",
        "{currency} per person, nuvärde, {price_year} års priser",
    ),
    "per_person_of_cohorts": (
        "{currency} for all {cohorts} cohorts together per person of one, present value, prices of {price_year}",
        "{currency} för alla {cohorts} årskullar tillsammans per person i en av dem, nuvärde, {price_year} års priser",
    ),
    "persons": ("{target} persons", "{target} personer"),
    "persons_of_cohorts": (
        "{target} persons in each of {cohorts} cohorts",
        "{target} personer i var och en av {cohorts} årskullar",
    ),
    "for_all": (
        "1,000 {currency} for {whom}, prices of {price_year}, not discounted",
        "tusen {currency} för {whom}, {price_year} års priser, ej diskonterat",
    ),
    "for_all_nominal": (
        "1,000 {currency} for {whom}, prices rising {inflation} a year, not discounted",
        "tusen {currency} för {whom}, löpande priser ({inflation} per år), ej diskonterat",
    ),
    "thousand": (
        "1,000 {currency}, prices of {price_year}, not discounted",
        "tusen {currency}, {price_year} års priser, ej diskonterat",
    ),
    # -- who pays, who gains
    "actor": ("Actor", "Aktör"),
    "gains": ("who pays, who gains", "vem betalar, vem vinner"),
    "programme_cost": ("Programme", "Insatsen"),
    "resource": ("Services\navoided", "Undvikna\nresurskostnader"),
    "transfer": ("Benefits\navoided", "Undvikna\ntransfereringar"),
    "tax": ("Taxes", "Skatter"),
    "production": ("Production", "Produktion"),
    "displaced_transfer": ("Displaced:\nbenefits", "Undanträngda\ntransfereringar"),
    "displaced_tax": ("Displaced:\ntaxes", "Undanträngda\nskatter"),
    "displaced_production": ("Displaced:\nproduction", "Undanträngd\nproduktion"),
    "intangible": ("Pain and\nsuffering", "Lidande"),
    "public_funds": ("Cost of\npublic funds", "Skattefaktor"),
    "net_saving": ("Net\nsaving", "Netto"),
    "cashable": ("Net,\ncashable", "Netto\ni budget"),
    "gains_note": (
        "A minus means that the actor pays more or receives less; a row adds up to the net saving. 5 % and 95 % are "
        "those of the expected value, luck taken off; – where luck hides it.",
        "Ett minus betyder att aktören betalar mer eller får mindre; en rad summerar till nettot. 5 % och 95 % "
        "avser det väntade värdet, utan slumpen mellan personer; – där slumpen döljer det.",
    ),
    "all_cashable": (
        "No price of this scenario says what of it is cashable: all of it counts as money at once.",
        "Inget pris i scenariot anger hur stor del som går att räkna hem i budget: allt räknas som pengar direkt.",
    ),
    "horizons": ("net saving by horizon", "netto efter tidshorisont"),
    "one_year": ("1 year", "1 år"),
    "years": ("{number} years", "{number} år"),
    "to_65": ("to age 65\n({until})", "till 65 år\n({until})"),
    "until": ("until\n{until}", "till och\nmed {until}"),
    "horizons_note": (
        "In brackets: the probability that the expected net saving is above zero.",
        "Inom parentes: sannolikheten att det väntade nettot är större än noll.",
    ),
    "flows": ("whose money avoids whose costs", "vems pengar minskar vems kostnader"),
    "flows_note": (
        "Avoided costs of each row, parted between those who pay in proportion to what they pay.",
        "Undvikna kostnader på varje rad, fördelade efter hur stor del av insatsen var och en betalar.",
    ),
    # -- when
    "when": ("when the money is back", "när pengarna är tillbaka"),
    "never": ("Never", "Aldrig"),
    "exposure": ("Out of\npocket", "Ligger ute\nmed som mest"),
    "exposure_year": ("in", "år"),
    "exposure_95": ("95 % of\nfutures below", "95 % av fram-\ntiderna under"),
    "when_note": (
        "Years: 5, 50 and 95 % of that from which the money is back for good, counted as present value, and the "
        "probability that it never is within the horizon, luck taken off; – for who neither pays nor loses at any "
        "time. Amounts: paid, less what has become money in the budget, at most; expected, and what 95 of 100 "
        "futures stay below ({unit}).",
        "År: 5, 50 och 95 % av året från vilket pengarna är tillbaka varaktigt, räknat som nuvärde, och "
        "sannolikheten att de aldrig är det inom tidshorisonten, utan slumpen mellan personer; – för den som varken "
        "betalar eller förlorar någon gång. Belopp: betalat minus det som blivit pengar i budgeten, som mest; "
        "väntat, och det som 95 av 100 framtider håller sig under ({unit}).",
    ),
    "luck_in": (
        "Single futures and their shares hold the luck of the persons simulated.",
        "Enskilda framtider och andelar av dem innehåller slumpen mellan de simulerade personerna.",
    ),
    "too_few": (
        "No price: less than one unit of improvement is expected in the whole target group.",
        "Inget pris: mindre än en enhets förbättring väntas i hela målgruppen.",
    ),
    "budget": ("net by calendar year", "netto per kalenderår"),
    "budget_cash": ("cashable net by calendar year", "netto i budget per kalenderår"),
    # -- silos
    "worlds": ("Four ways to decide", "Fyra sätt att besluta"),
    "world": ("Who decides, looking at", "Vem beslutar, med sikte på"),
    "alone": ("Each payer alone", "Varje betalare för sig"),
    "together": ("All together", "Alla tillsammans"),
    "whole": ("the whole period", "hela perioden"),
    "funded": ("Funded", "Finansieras"),
    "value": ("Worth to\nsociety", "Värde för\nsamhället"),
    "rule_expected": (
        "Funded is what is expected to gain those who decide. All are valued by society's gain over the whole "
        "period.",
        "Det som väntas ge dem som beslutar en vinst finansieras. Alla fyra sätten värderas efter samhällets vinst "
        "hela perioden.",
    ),
    "rule_probability": (
        "Funded is what gains those who decide with at least {probability}. All are valued by what society is "
        "expected to gain over the whole period.",
        "Det som ger dem som beslutar en vinst med minst {probability} sannolikhet finansieras. Alla fyra sätten "
        "värderas efter samhällets väntade vinst hela perioden.",
    ),
    "losses": ("What is lost, and who bears it", "Vad som går förlorat, och vem som bär det"),
    "silos": ("Silos", "Stuprör"),
    "short_termism": ("Short-termism", "Kortsiktighet"),
    "both": ("Both", "Båda"),
    "loss_note": (
        "{cause}: {low} to {high} in 90 of 100 futures; a loss with probability {probability}; cashable {cash}.",
        "{cause}: {low} till {high} i 90 av 100 framtider; förlust med sannolikhet {probability}; i budget {cash}.",
    ),
    # -- agreements
    "shares": ("ways to share the cost", "sätt att dela kostnaden"),
    "as_now": ("As now", "Som nu"),
    "proportional": ("In proportion\nto gains", "I proportion\ntill vinsten"),
    "shapley": ("Shapley\nvalue", "Shapley-\nvärde"),
    "probability": ("Not losing\nwith {probability}", "Ingen förlust\nmed {probability}"),
    "shares_note": (
        "Share of the cost → expected net saving (probability not to lose). Together these actors gain {total} net.",
        "Andel av kostnaden → väntat netto (sannolikhet att inte förlora). Tillsammans vinner aktörerna {total} netto.",
    ),
    "no_shares": (
        "What they gain together is not more than the cost: no shares make all of them gain.",
        "Det de vinner tillsammans är inte mer än kostnaden: inga andelar gör att alla vinner.",
    ),
    "reachable": (
        "The largest probability not to lose that all can have at the same time: {probability}.",
        "Den största sannolikhet att inte förlora som alla kan ha samtidigt: {probability}.",
    ),
    "out_of_reach": (
        "No shares give each of them at least {probability} not to lose.",
        "Ingen fördelning ger var och en minst {probability} sannolikhet att inte förlora.",
    ),
    # -- contract
    "contract": ("Payment by results: {outcome}", "Resultatbaserad ersättning: {outcome}"),
    "successes": ("Improvement\nper person", "Förbättring\nper person"),
    "lowest": ("Lowest\nprice", "Lägsta\npris"),
    "highest": ("Highest\nprice", "Högsta\npris"),
    "lowest_at": ("Lowest,\nwith {probability}", "Lägsta,\nmed {probability}"),
    "highest_at": ("Highest,\nwith {probability}", "Högsta,\nmed {probability}"),
    "price": ("Price", "Pris"),
    "provider": ("Provider's\nnet", "Utförarens\nnetto"),
    "buyers": ("Buyers'\nnet", "Köparnas\nnetto"),
    "contract_note": (
        "Lowest: a provider that pays for all of it breaks even on average; highest: the buyers do. With {probability}"
        ": not losing so surely. ∞ or –: no price does. In brackets: probability not to lose. Nothing is paid in "
        "futures in which the outcome gets worse, so prices differ a little from cost per success.",
        "Lägsta: en utförare som betalar allt går jämnt ut i genomsnitt; högsta: köparna gör det. Med {probability}: "
        "så säkert att inte förlora. ∞ eller –: inget pris räcker. Inom parentes: sannolikhet att inte förlora. Inget "
        "betalas i framtider där utfallet blir sämre, så priserna skiljer sig något från kostnad per resultat.",
    ),
    # -- fund
    "fund": ("A fund of {capital}: what to pay for", "En fond på {capital}: vad den bör betala för"),
    "groups": ("Target\ngroups", "Mål-\ngrupper"),
    "repaid": ("Loan\nrepaid", "Lån åter-\nbetalat"),
    "fund_note": (
        "Society is expected to gain {gain}. Mean of the lowest balance in the worst {risk} of futures: {lowest}.",
        "Samhället väntas vinna {gain}. Medel av det lägsta saldot i de sämsta {risk} av framtiderna: {lowest}.",
    ),
    "balances": ("Balance of the fund", "Fondens saldo"),
    "balance": ("Expected", "Väntat"),
    "year": ("Year", "År"),
    "dry": ("Has run\ndry", "Har tömts"),
    # -- fairness
    "fairness": ("differences between groups", "skillnader mellan grupper"),
    "outcome": ("Outcome", "Utfall"),
    "best_off": ("Best off", "Bäst\nställda"),
    "worst_off": ("Worst off", "Sämst\nställda"),
    "gap_before": ("Gap\nnow", "Skillnad\ni dag"),
    "gap_after": ("Gap with\nprogramme", "Skillnad\nmed insats"),
    "gap_change": ("Change", "Ändring"),
    "q05": ("5 %", "5 %"),
    "q95": ("95 %", "95 %"),
    "narrower": ("P(smaller)", "P(minskar)"),
    "concentration_before": ("Concentra-\ntion index", "Koncentra-\ntionsindex"),
    "concentration_after": ("with\nprogramme", "med\ninsats"),
    "total_change": ("Change\nof all", "Ändring\nför alla"),
    "efficient": ("Efficient", "Effektiv"),
    "yes": ("yes", "ja"),
    "no": ("no", "nej"),
    "fairness_note": (
        "Efficient: no other choice brings more and leaves no larger gap, or as much and a smaller one.",
        "Effektiv: inget annat val ger mer med minst lika liten skillnad, eller lika mycket med mindre skillnad.",
    ),
    "share_of_gain": ("who gets the change", "hur förändringen fördelas"),
    "share_of_persons": ("Share of persons", "Andel av personerna"),
    "share_note": (
        "– where this sample does not tell the change of all from none.",
        "– där simuleringen inte visar någon säker förändring.",
    ),
    # -- ranking
    "ranking": ("Ranking", "Rangordning"),
    "net_present_value": ("Net present\nvalue", "Netto-\nnuvärde"),
    "probability_positive": ("P(> 0)", "P(> 0)"),
    "benefit_cost_ratio": ("Benefit-\ncost ratio", "Nytto-\nkostnadskvot"),
    "social_return": ("Social\nreturn", "Social\navkastning"),
    "marginal_value_of_public_funds": ("MVPF", "MVPF"),
    "probability_infinite": ("P(MVPF\n= ∞)", "P(MVPF\n= ∞)"),
    "cost_per_success": ("Cost per\nsuccess", "Kostnad per\nresultat"),
    "net_cost_per_success": ("Net cost per\nsuccess", "Nettokostnad\nper resultat"),
    "probability_best": ("P(best)", "P(bäst)"),
    "expected_regret": ("Expected\nregret", "Väntad\nmissad vinst"),
    "ranking_note": (
        "For society. Social return: gain per unit of money laid out. MVPF, marginal value of public funds: what "
        "others gain by the net cost to the public sector; ∞ where it costs the public sector nothing. Expected "
        "regret: what the best choice of each future has more. – where a ratio means nothing.",
        "För samhället. Social avkastning: vinst per utlagd krona. MVPF, marginalvärde av offentliga medel: vad "
        "andra vinner per krona i nettokostnad för offentlig sektor; ∞ där det inte kostar offentlig sektor något. "
        "Väntad missad vinst: vad det bästa valet i varje framtid ger mer. – där en kvot inte betyder något.",
    ),
    "success_note": (
        "Success: one unit of improvement in {outcome}; – where less than one is expected in the whole target "
        "group.",
        "Resultat: en enhets förbättring av {outcome}; – där mindre än en väntas i hela målgruppen.",
    ),
    # -- figures
    "figure_compared": ("Compared with: {usual}.", "Jämfört med: {usual}."),
    "figure_made_up": (
        "The figures are made up to show how things work.",
        "Siffrorna är påhittade för att visa hur det fungerar.",
    ),
    "figure_thousand_of_cohorts": (
        "1,000 {currency} for all {cohorts} cohorts together per person of one, present value, prices of {price_year}.",
        "Tusen {currency} för alla {cohorts} årskullar tillsammans per person i en av dem, nuvärde, {price_year} års "
        "priser.",
    ),
    "figure_thousand": (
        "1,000 {currency} per person, present value, prices of {price_year}.",
        "Tusen {currency} per person, nuvärde, {price_year} års priser.",
    ),
    "figure_not_settled": ("not settled", "ej avgjort"),
    "figure_nothing": ("nothing at stake", "inget ändras"),
    "figure_gains": (
        "Bars: what each actor gains (to the right) and pays or loses (to the left). Diamond, and number at the right: "
        "net saving. Thin line: 5 to 95 % of the expected net saving, luck taken off; none where luck hides it.",
        "Staplar: vad varje aktör vinner (åt höger) och betalar eller förlorar (åt vänster). Romb, och siffran till "
        "höger: netto. Tunn linje: 5 till 95 % av det väntade nettot, utan slumpen mellan personer; ingen linje där "
        "slumpen döljer det.",
    ),
    "figure_when": (
        "Net saving, added up from the start to the end of each year, of what is expected, luck taken off. Where luck "
        "hides it, only the mean is drawn (dotted). Each panel has its own scale.",
        "Netto, summerat från början till slutet av varje år, av det väntade, utan slumpen mellan personer. Där "
        "slumpen döljer det ritas bara medelvärdet (prickat). Varje ruta har sin egen skala.",
    ),
    "figure_payer": ("Pays most: {actor}", "Betalar mest: {actor}"),
    "figure_never": ("not back by {last}: {probability}", "ej tillbaka senast {last}: {probability}"),
    "figure_median": ("Median", "Median"),
    "figure_half": ("25 to 75 %", "25 till 75 %"),
    "figure_most": ("5 to 95 %", "5 till 95 %"),
    "figure_mean": ("Mean, not settled", "Medel, ej avgjort"),
    "figure_silos": (
        "Left: what society is expected to gain over the whole period by what is funded. Right: what each actor is "
        "expected to lose by deciding alone; a minus means that it is better off so.",
        "Till vänster: vad samhället väntas vinna hela perioden på det som finansieras. Till höger: vad varje aktör "
        "väntas förlora på att besluta var för sig; minus betyder att aktören tjänar på det.",
    ),
    "figure_funds": ("funds: {names}", "finansierar: {names}"),
    "figure_none": ("nothing", "inget"),
    "figure_lost": (
        "Lost when each payer decides alone, looking at {years}",
        "Förlorat när varje betalare bestämmer för sig, med sikte på {years}",
    ),
    "figure_loss": (
        "In 90 of 100 futures society's loss is between {low} and {high}; the probability of a loss is "
        "{probability}, luck taken off.",
        "I 90 av 100 framtider ligger samhällets förlust mellan {low} och {high}; sannolikheten för en förlust är "
        "{probability}, utan slumpen mellan personer.",
    ),
    "figure_not_lost": ("Nothing is lost.", "Inget går förlorat."),
    "figure_shares": (
        "Share of the cost of the programme that each actor pays; to the left of zero it is paid instead. At the "
        "right: the smallest probability not to lose among the actors that share the cost, luck taken off; – where "
        "luck hides it.",
        "Andel av insatsens kostnad som varje aktör betalar; till vänster om noll får den betalt. Till höger: den "
        "minsta sannolikheten att inte förlora bland de aktörer som delar på kostnaden, utan slumpen mellan personer; "
        "– där slumpen döljer den.",
    ),
    "figure_others": ("Others", "Andra"),
    "figure_least": ("Smallest P(no loss)", "Minsta P(ingen förlust)"),
    "figure_out_of_reach": ("out of reach", "går inte att nå"),
    "figure_prices": (
        "1,000 {currency} per success, present value, prices of {price_year}.",
        "Tusen {currency} per resultat, nuvärde, {price_year} års priser.",
    ),
    "figure_lowest": ("Lowest price (provider)", "Lägsta pris (utföraren)"),
    "figure_highest": ("Highest price (buyers)", "Högsta pris (köparna)"),
    "figure_agreement": ("room for agreement", "utrymme för avtal"),
    "figure_gap": ("gap: no price suits both", "glapp: inget pris passar båda"),
    "figure_contract": (
        "Lowest: a provider that pays for all of it breaks even on average; highest: the buyers do. With "
        "{probability}: not losing so surely, luck taken off. ∞ or –: no price does, or luck hides it.",
        "Lägsta: en utförare som betalar allt går jämnt ut i genomsnitt; högsta: köparna gör det. Med "
        "{probability}: så säkert att inte förlora, utan slumpen mellan personer. ∞ eller –: inget pris räcker, "
        "eller slumpen döljer det.",
    ),
    "figure_no_price": (
        "No price: an improvement is not told from none.",
        "Inget pris: en förbättring går inte att skilja från ingen.",
    ),
    "figure_pays_for": ("Pays for: {names}.", "Betalar för: {names}."),
    "figure_run_dry": ("Probability that the fund has run dry", "Sannolikhet att fonden har tömts"),
    "figure_expected": ("Expected", "Väntat"),
    "figure_fairness": (
        "Left: the gap between the best and the worst off under each intervention, in per cent of the gap now; lines "
        "are 5 to 95 % of the change. Right: what each choice changes for all and in the gap; filled marks are "
        "efficient: no other choice brings more and leaves no larger gap.",
        "Till vänster: skillnaden mellan bäst och sämst ställda med varje insats, i procent av skillnaden i dag; "
        "linjerna är 5 till 95 % av ändringen. Till höger: vad varje val ändrar för alla och i skillnaden; fyllda "
        "märken är effektiva: inget annat val ger mer med minst lika liten skillnad.",
    ),
    "figure_gaps": ("Gap in per cent of the gap now", "Skillnad i procent av skillnaden i dag"),
    "figure_no_gap": ("no gap now", "ingen skillnad i dag"),
    "figure_between": ("{worst} – {best}", "{worst} – {best}"),
    "figure_change_of_all": ("Change for all, per person", "Ändring för alla, per person"),
    "figure_less": ("less is better", "mindre är bättre"),
    "figure_change_of_gap": ("Change in the gap", "Ändring i skillnaden"),
    "figure_ranking": (
        "For society. Diamond, and number: expected net present value. Line: 5 to 95 % of it, luck taken off; none "
        "where luck hides it. Bars: probability of being the best choice; beside it the expected regret, what the "
        "best choice of each future has more.",
        "För samhället. Romb, och siffran: väntat nettonuvärde. Linje: 5 till 95 % av det, utan slumpen mellan "
        "personer; ingen linje där slumpen döljer det. Staplar: sannolikheten att vara det bästa valet; bredvid den "
        "väntade missade vinsten, vad det bästa valet i varje framtid ger mer.",
    ),
    "figure_probability_best": ("Probability of being best", "Sannolikhet att vara bäst"),
    "figure_regret": ("Expected regret", "Väntad missad vinst"),
}  # fmt: skip
