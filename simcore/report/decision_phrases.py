"""What a page about decisions can say, in English and in Swedish. Names in braces are put in by `decision_words`."""

from __future__ import annotations

from typing import Final

from simcore.report.language import Phrase

PHRASES: Final[dict[str, Phrase]] = {
    # -- what it is about
    "about": (
        (
            "{target} persons, followed until {last}. Compared with: {usual}. Amounts are for all of them{cohorts}, "
            "in prices of {price_year}, as present value ({discounted}) where nothing else is said."
        ),
        (
            "{target} personer, följda till och med {last}. Jämfört med: {usual}. Belopp är för alla{cohorts}, i "
            "{price_year} års priser, som nuvärde ({discounted}) där inget annat sägs."
        ),
    ),
    "at_a_rate": ("discounted at {rate} a year", "diskonterat med {rate} om året"),
    "at_rates": ("discounted at rates that differ by year", "diskonterat med räntor som skiljer sig mellan år"),
    "at_no_rate": ("not discounted", "ej diskonterat"),
    "cohorts": (" in all {number} cohorts together", " i alla {number} årskullar tillsammans"),
    "futures": (
        (
            "A future is one set of values that the uncertain figures may have; {draws} of them were simulated. What "
            "is said of futures is what is expected in them: the luck of single persons comes on top."
        ),
        (
            "En framtid är en uppsättning värden som de osäkra uppgifterna kan ha; {draws} sådana har simulerats. Det "
            "som sägs om framtider är det som väntas i dem: tur och otur för enskilda personer tillkommer."
        ),
    ),
    "illustrative": (
        "The figures are made up to show how things work.",
        "Uppgifterna är påhittade för att visa hur det fungerar.",
    ),
    "few_futures": (
        "Only {draws} futures were simulated: shares of them are rough.",
        "Bara {draws} framtider har simulerats: andelar av dem är grova.",
    ),
    "public_sector": ("the public sector", "offentlig sektor"),
    "society": ("society", "samhället"),
    # -- one intervention
    "costs": (
        "It is expected to cost {amount}, paid by {payers}.",
        "Det väntas kosta {amount}, som betalas av {payers}.",
    ),
    "costs_nothing": ("Nobody is expected to pay for it.", "Ingen väntas betala för det."),
    "payer": ("{actor} ({share})", "{actor} ({share})"),
    "gains": (
        "{actor} is expected to gain {amount}; in 90 of 100 futures between {low} and {high}. It gains in {count}.",
        "{actor} väntas vinna {amount}; i 90 av 100 framtider mellan {low} och {high}. En vinst blir det i {count}.",
    ),
    "loses": (
        "{actor} is expected to lose {amount}; in 90 of 100 futures between {low} and {high}. It gains in {count}.",
        "{actor} väntas förlora {amount}; i 90 av 100 framtider mellan {low} och {high}. En vinst blir det i {count}.",
    ),
    "sign_open": (
        "This sample does not settle whether {actor} is expected to gain or to lose.",
        "Den här simuleringen avgör inte om {actor} väntas vinna eller förlora.",
    ),
    "hidden": (
        "What {actor} gains or loses is hidden by luck between the persons simulated.",
        "Vad {actor} vinner eller förlorar döljs av slumpen mellan de simulerade personerna.",
    ),
    "back": (
        "{actor} has its money back for good by {year} in {count}{later}{never}.",
        "{actor} har fått tillbaka sina pengar för gott {year} i {count}{later}{never}.",
    ),
    "back_later": (", later in {count}", ", senare i {count}"),
    "back_never": (", and never until {last} in {count}", ", och aldrig till och med {last} i {count}"),
    "back_always": (
        "{actor} has its money back for good by {year} in every future simulated.",
        "{actor} har fått tillbaka sina pengar för gott {year} i varje simulerad framtid.",
    ),
    "never_back": (
        "{actor} does not have its money back by {last} in any future simulated.",
        "{actor} får inte tillbaka sina pengar till och med {last} i någon simulerad framtid.",
    ),
    "payback_hidden": (
        "When {actor} has its money back is hidden by luck between the persons simulated.",
        "När {actor} har fått tillbaka sina pengar döljs av slumpen mellan de simulerade personerna.",
    ),
    "exposure": (
        (
            "{actor} is expected to have paid {amount} more than has come back in its budget by the end of {year}, "
            "when it is most (not discounted{prices})."
        ),
        (
            "{actor} väntas som mest ha betalat {amount} mer än vad som kommit tillbaka i dess budget, i slutet av "
            "{year} (ej diskonterat{prices})."
        ),
    ),
    "exposure_prices": (", with prices that rise by {inflation} a year", ", med priser som stiger {inflation} om året"),
    "returned": (
        "Of each {hundred} that {actor} pays, {amount} is expected to come back to it.",
        "Av varje {hundred} som {actor} betalar väntas {amount} komma tillbaka till den egna budgeten.",
    ),
    "returned_negative": (
        "{actor} is expected to avoid no cost of its own.",
        "{actor} väntas inte undvika några egna kostnader.",
    ),
    "gainers": ("Most of the gain is expected to go to {names}.", "Det mesta av vinsten väntas gå till {names}."),
    "gainer": ("{actor} ({amount})", "{actor} ({amount})"),
    "losers": ("Those who are expected to lose: {names}.", "De som väntas förlora: {names}."),
    "cashable": (
        (
            "Of what the public sector avoids, {share} is expected to become money in budgets; the rest is capacity "
            "that is free for others."
        ),
        (
            "Av det som offentlig sektor undviker väntas {share} bli pengar i budgetar; resten är resurser som "
            "frigörs för annat."
        ),
    ),
    "all_cashable": (
        (
            "No price says what of it becomes money in budgets: all of it counts as money at once, which is more than "
            "can be expected where capacity is only set free."
        ),
        (
            "Inget pris säger vad som blir pengar i budgetar: allt räknas som pengar genast, vilket är mer än man kan "
            "vänta sig där resurser bara frigörs."
        ),
    ),
    # -- comparison
    "compared": ("Which is best", "Vilken är bäst"),
    "best": (
        "The largest expected gain for society comes from {strategy}. It is the best choice in {count}.",
        "Störst väntad vinst för samhället ger {strategy}. Det är det bästa valet i {count}.",
    ),
    "best_usual": (
        (
            "No intervention is expected to gain society anything: to go on as now is best on average. It is the best "
            "choice in {count}."
        ),
        (
            "Ingen insats väntas ge samhället någon vinst: att fortsätta som i dag är bäst i genomsnitt. Det är det "
            "bästa valet i {count}."
        ),
    ),
    "best_hidden": (
        "For society, {strategy} has the largest expected gain in this sample; how sure that is is hidden by luck.",
        (
            "För samhället har {strategy} den största väntade vinsten i den här simuleringen; hur säkert det är döljs "
            "av slumpen."
        ),
    ),
    "regret": (
        "Choosing it is expected to forgo {amount} of what the best choice of each future would give.",
        "Att välja det väntas innebära att man avstår {amount} av vad det bästa valet i varje framtid skulle ge.",
    ),
    "order_open": (
        "This sample does not settle which is better for society, {better} or {worse}.",
        "Den här simuleringen avgör inte vilket som är bättre för samhället, {better} eller {worse}.",
    ),
    # -- silos
    "silos": ("The price of silos and short-termism", "Prislappen på stuprör och kortsiktighet"),
    "worlds": (
        (
            "If each actor that pays decides by itself and by the budget of {years}, {alone_short} is funded; by the "
            "whole period, {alone_long}. If all decide together by the budget of {years}, {together_short} is funded; "
            "by the whole period, {together_long}."
        ),
        (
            "Om varje betalande aktör bestämmer själv och efter {years} budget finansieras {alone_short}; efter hela "
            "perioden {alone_long}. Om alla bestämmer tillsammans efter {years} budget finansieras {together_short}; "
            "efter hela perioden {together_long}."
        ),
    ),
    "one_year": ("one year", "ett års"),
    "some_years": ("{number} years", "{number} års"),
    "nothing": ("nothing", "ingenting"),
    "rule_expected": (
        "Those who decide fund what they are expected to gain from.",
        "De som bestämmer finansierar det som de själva väntas vinna på.",
    ),
    "rule_probability": (
        "Those who decide fund what they gain from with a probability of at least {probability}.",
        "De som bestämmer finansierar det som de själva vinner på med minst {probability} sannolikhet.",
    ),
    "price": (
        "Silos and short-termism together are expected to cost society {amount}{range}.",
        "Stuprör och kortsiktighet tillsammans väntas kosta samhället {amount}{range}.",
    ),
    "range": (" (in 90 of 100 futures between {low} and {high})", " (i 90 av 100 framtider mellan {low} och {high})"),
    "price_of_each": (
        "Silos alone cost {silos}, short-termism alone {short_termism}.",
        "Enbart stuprören kostar {silos}, enbart kortsiktigheten {short_termism}.",
    ),
    "price_none": (
        "Silos and short-termism cost society nothing here: the same is funded in all four cases.",
        "Stuprör och kortsiktighet kostar inte samhället något här: samma sak finansieras i alla fyra fallen.",
    ),
    "price_negative": (
        (
            "Deciding apart or for few years is expected to gain society {amount} here: the rule that decides asks "
            "for more than what is expected to pay."
        ),
        (
            "Att bestämma var för sig eller kortsiktigt väntas här ge samhället {amount}: beslutsregeln kräver mer än "
            "att det väntas löna sig."
        ),
    ),
    "bearers": ("Who bears that: {names}.", "De som bär det: {names}."),
    "vetoes": (
        "{actor} would not fund {intervention} by itself, not even over the whole period.",
        "{actor} skulle inte finansiera {intervention} på egen hand, inte ens sett över hela perioden.",
    ),
    # -- agreements
    "agreements": ("Agreements", "Överenskommelser"),
    "shared": (
        (
            "{strategy}: together these actors are expected to gain {amount}. All of them gain if the cost is shared "
            "{shares}."
        ),
        "{strategy}: tillsammans väntas dessa aktörer vinna {amount}. Alla vinner om kostnaden delas {shares}.",
    ),
    "no_shares": (
        (
            "{strategy}: the actors of the agreement are together expected to gain less than it costs ({amount} net). "
            "No way to share the cost makes all of them gain."
        ),
        (
            "{strategy}: aktörerna i överenskommelsen väntas tillsammans vinna mindre än vad det kostar ({amount} "
            "netto). Inget sätt att dela kostnaden gör att alla vinner."
        ),
    ),
    "reachable": (
        "With shares chosen for that, each of them loses nothing in at least {count}.",
        "Med andelar valda för det förlorar var och en av dem inget i minst {count}.",
    ),
    # -- outcome contract
    "contract": ("Payment by results", "Betalning efter resultat"),
    "success": ("one more of “{outcome}”", "en enhet till av ”{outcome}”"),
    "success_fewer": ("one less of “{outcome}”", "en enhet mindre av ”{outcome}”"),
    "contract_agrees": (
        (
            "{strategy}: for {success}, a provider needs {lowest} and the buyers can pay up to {highest}, on average. "
            "At {price}, the provider does not lose in {provider} and the buyers do not lose in {buyers}."
        ),
        (
            "{strategy}: för {success} behöver en utförare {lowest} och köparna kan betala upp till {highest}, i "
            "genomsnitt. Vid {price} förlorar utföraren inget i {provider} och köparna inget i {buyers}."
        ),
    ),
    "contract_fails": (
        (
            "{strategy}: for {success}, a provider needs {lowest} on average, but it is worth no more than {highest} "
            "to the buyers. No price suits both."
        ),
        (
            "{strategy}: för {success} behöver en utförare {lowest} i genomsnitt, men det är inte värt mer än "
            "{highest} för köparna. Inget pris passar båda."
        ),
    ),
    "contract_few": (
        (
            "{strategy}: less than one further unit of “{outcome}” is expected among all {target} persons, too little "
            "to set a price by."
        ),
        (
            "{strategy}: mindre än en enhet till av ”{outcome}” väntas bland alla {target} personer, för lite för att "
            "sätta ett pris efter."
        ),
    ),
    "contract_none": (
        "{strategy}: this sample does not show that it brings more successes ({outcome}), so there is no price.",
        "{strategy}: den här simuleringen visar inte att det ger fler resultat ({outcome}), så det finns inget pris.",
    ),
    # -- fund
    "fund": ("A social investment fund", "En social investeringsfond"),
    "fund_chosen": (
        "With {capital} and {groups}, the fund should pay for {chosen}. Society is expected to gain {gain}.",
        "Med {capital} och {groups} bör fonden betala för {chosen}. Samhället väntas vinna {gain}.",
    ),
    "one_group": ("one target group", "en målgrupp"),
    "some_groups": ("{number} target groups", "{number} målgrupper"),
    "of_groups": ("{strategy} in {number}", "{strategy} i {number}"),
    "fund_dry": (
        "It runs dry in {count}. By the end of {last} it is expected to have {balance} (not discounted).",
        "Den töms i {count}. I slutet av {last} väntas den ha {balance} (ej diskonterat).",
    ),
    "fund_repaid": (
        "The loan for {strategy} is repaid from savings in {count}.",
        "Lånet till {strategy} återbetalas ur besparingar i {count}.",
    ),
    "fund_nothing": (
        (
            "With {capital} and {groups}, the fund should pay for nothing: nothing that it can afford is expected to "
            "gain society anything."
        ),
        (
            "Med {capital} och {groups} bör fonden inte betala för något: inget som den har råd med väntas ge "
            "samhället en vinst."
        ),
    ),
    # -- fairness
    "fairness": ("Differences between groups", "Skillnader mellan grupper"),
    "gap": (
        (
            "{strategy}, {outcome}, by {attribute}: the gap between {best} and {worst} is {before} now and is "
            "expected to be {after}. It becomes smaller in {count}{luck}."
        ),
        (
            "{strategy}, {outcome}, efter {attribute}: skillnaden mellan {best} och {worst} är {before} i dag och "
            "väntas bli {after}. Den minskar i {count}{luck}."
        ),
    ),
    "gap_luck": (
        ", luck between the persons simulated included",
        ", inklusive slumpen mellan de simulerade personerna",
    ),
    "gap_same": (
        "{strategy}, {outcome}, by {attribute}: the gap of {before} between {best} and {worst} does not change.",
        "{strategy}, {outcome}, efter {attribute}: skillnaden på {before} mellan {best} och {worst} ändras inte.",
    ),
    "no_groups": (
        "To see what changes for subgroups, run with --by ATTRIBUTE.",
        "För att se vad som ändras för delgrupper, kör med --by ATTRIBUT.",
    ),
    # -- weakest assumptions
    "weakest": ("What this rests on", "Vad det vilar på"),
    "drivers": (
        "{strategy}: what is unsure for society comes most from {names}.",
        "{strategy}: osäkerheten för samhället kommer mest från {names}.",
    ),
    "driver": ("{about} ({share}, {quality})", "{about} ({share}, {quality})"),
    "effects": (
        "Everything passes through the effects that are put in: {names}.",
        "Allt går genom de effekter som lagts in: {names}.",
    ),
    "effect": ("{about} ({quality}, {evidence})", "{about} ({quality}, {evidence})"),
    "assumed": ("assumed", "antaget"),
    "grade": ("grade {grade}", "kvalitet {grade}"),
    "causal": ("causal evidence", "orsakssamband belagt"),
    "associational": ("association only", "endast samband"),
    "assumed_effect": ("assumed effect", "antagen effekt"),
    "alternatives": (
        (
            "Other assumptions about how things work are not in these numbers: 'simcore alternatives' runs {names}, "
            "and shows which choice stands up to all of them."
        ),
        (
            "Andra antaganden om hur saker hänger ihop ingår inte i siffrorna: 'simcore alternatives' kör {names}, "
            "och visar vilket val som håller under alla."
        ),
    ),
    "left_out": (
        "What happens after {last} is left out.",
        "Det som händer efter {last} ingår inte.",
    ),
    "deaths": (
        "Part of what is avoided comes from persons who live longer or shorter: see the notes of 'simcore report'.",
        "En del av det som undviks kommer av att personer lever längre eller kortare: se noterna i 'simcore report'.",
    ),
    # -- counting futures
    "of_hundred": ("{number} of 100 futures", "{number} av 100 framtider"),
    "of_some": ("{number} of {draws} futures", "{number} av {draws} framtider"),
    "fewer_than_one": ("fewer than 1 of 100 futures", "färre än 1 av 100 framtider"),
    "more_than_99": ("more than 99 of 100 futures", "fler än 99 av 100 framtider"),
    "all_futures": ("every future simulated", "varje simulerad framtid"),
    "no_future": ("no future simulated", "ingen simulerad framtid"),
}  # fmt: skip
