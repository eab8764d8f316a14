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
            "{target} personer som följs till och med {last}. Jämförelse: {usual}. Beloppen gäller alla{cohorts}, i "
            "{price_year} års priser och som nuvärde ({discounted}) om inget annat sägs."
        ),
    ),
    "at_a_rate": ("discounted at {rate} a year", "diskonterat med {rate} per år"),
    "at_rates": ("discounted at rates that differ by year", "diskonterat med olika ränta olika år"),
    "at_no_rate": ("not discounted", "ej diskonterat"),
    "cohorts": (" in all {number} cohorts together", " i alla {number} årskullar tillsammans"),
    "futures": (
        (
            "A future is one possible set of values for what is uncertain; {draws} of them were calculated. Results "
            "are what is expected in each future: for single persons it varies more."
        ),
        (
            "En framtid är en möjlig uppsättning värden på det som är osäkert; {draws} framtider har räknats igenom. "
            "Resultaten gäller det väntade utfallet i varje framtid: för enskilda personer varierar det mer."
        ),
    ),
    "no_uncertainty": (
        (
            "No figure of this case is uncertain: that all futures agree only means that nothing was said of how sure "
            "the figures are."
        ),
        (
            "Ingen uppgift är osäker i det här fallet: att alla framtider säger samma sak betyder bara att inget "
            "sagts om hur säkra uppgifterna är."
        ),
    ),
    "one_future": (
        "One future was calculated: that says nothing of how sure anything is.",
        "Bara en framtid har räknats igenom: det säger inget om hur säkert något är.",
    ),
    "illustrative": (
        "The figures are made up and only show how the calculation works.",
        "Siffrorna är påhittade och visar bara hur beräkningen fungerar.",
    ),
    "few_futures": (
        "Only {draws} futures were calculated, so shares of them are rough.",
        "Bara {draws} framtider har räknats igenom, så andelarna är ungefärliga.",
    ),
    "public_sector": ("the public sector", "offentlig sektor"),
    "society": ("society", "samhället"),
    # -- one intervention
    "costs": (
        "It is expected to cost {amount}, paid by {payers}.",
        "Insatsen väntas kosta {amount} och betalas av {payers}.",
    ),
    "costs_nothing": ("Nobody is expected to pay for it.", "Ingen väntas betala för insatsen."),
    "net": (
        "{actor}: expected net {amount}; in 90 of 100 futures between {range}. It is a gain in {count}.",
        "{actor}: väntat netto {amount}; i 90 av 100 framtider mellan {range}. Det blir en vinst i {count}.",
    ),
    "net_alone": ("{actor}: expected net {amount}.", "{actor}: väntat netto {amount}."),
    "sign_open": (
        "The simulation is too small to settle whether {actor} is expected to gain or to lose.",
        "Simuleringen är för liten för att avgöra om det väntas bli vinst eller förlust för {actor}.",
    ),
    "hidden": (
        "The simulation is too small to show what {actor} gains or loses: more persons tell.",
        "Simuleringen är för liten för att visa vad {actor} vinner eller förlorar: det krävs fler simulerade personer.",
    ),
    "back": (
        "Counted as present value, {actor} has its money back for good by {year} in {count}{further}{later}{never}.",
        (
            "Räknat som nuvärde har {actor} fått tillbaka pengarna varaktigt senast {year} i "
            "{count}{further}{later}{never}."
        ),
    ),
    "back_further": (", by {year} in {count}", ", senast {year} i {count}"),
    "back_later": (", later in {count}", ", senare i {count}"),
    "back_never": (", and never up to {last} in {count}", ", och aldrig till och med {last} i {count}"),
    "back_hardly": (
        "Counted as present value, {actor} has its money back for good by {last} in {count}.",
        "Räknat som nuvärde har {actor} fått tillbaka pengarna varaktigt senast {last} i {count}.",
    ),
    "back_always": (
        "Counted as present value, {actor} has its money back for good by {year} in every future calculated.",
        "Räknat som nuvärde har {actor} fått tillbaka pengarna varaktigt senast {year} i alla beräknade framtider.",
    ),
    "never_back": (
        "Counted as present value, {actor} does not have its money back by {last} in any future calculated.",
        "Räknat som nuvärde får {actor} inte tillbaka pengarna till och med {last} i någon beräknad framtid.",
    ),
    "payback_hidden": (
        "The simulation is too small to show when {actor} has its money back.",
        "Simuleringen är för liten för att visa när {actor} får tillbaka pengarna.",
    ),
    "exposure": (
        "At most, {actor} is expected to be {amount} out of pocket, at the end of {year} (not discounted{prices}).",
        "Som mest väntas {actor} ligga ute med {amount}, i slutet av {year} (ej diskonterat{prices}).",
    ),
    "exposure_prices": (", prices rising {inflation} a year", ", löpande priser, {inflation} per år"),
    "returned": (
        "Of each {hundred} that {actor} pays, {amount} is expected to come back to it (present value).",
        "Av varje {hundred} som {actor} betalar väntas {amount} komma tillbaka till den egna budgeten (nuvärde).",
    ),
    "returned_negative": (
        "Beside what it pays for the programme, {actor} is expected to pay {amount} more (present value).",
        "Utöver vad den betalar för insatsen väntas {actor} betala {amount} mer (nuvärde).",
    ),
    "gainers": ("Expected to gain most: {names}.", "Väntas vinna mest: {names}."),
    "gainers_sure": (
        "Expected to gain most, of those for whom the simulation settles it: {names}.",
        "Väntas vinna mest, bland dem där simuleringen ger ett säkert svar: {names}.",
    ),
    "losers": ("Expected to lose: {names}.", "Väntas förlora: {names}."),
    "cashable": (
        (
            "Of what the public sector avoids, {share} is expected to become money in budgets; the rest is capacity "
            "that is free for others."
        ),
        (
            "Av de kostnader som offentlig sektor undviker väntas {share} kunna räknas hem i budget; resten är "
            "resurser som frigörs för annat."
        ),
    ),
    "all_cashable": (
        (
            "No price says what of it can be cashed in budgets: all counts as money at once, which overstates it "
            "where capacity is only set free."
        ),
        (
            "Inget pris anger hur stor del av besparingen som går att räkna hem i budget: allt räknas som pengar "
            "direkt, vilket överskattar effekten där resurser bara frigörs."
        ),
    ),
    # -- comparison
    "compared": ("Which choice is best", "Vilket val är bäst"),
    "best": (
        "The largest expected gain for society comes from {strategy}. It is the best choice in {count}.",
        "Störst väntad vinst för samhället ger {strategy}. Valet är bäst i {count}.",
    ),
    "best_usual": (
        (
            "No intervention is expected to gain society anything: to go on as now is best on average. It is the best "
            "choice in {count}."
        ),
        (
            "Ingen insats väntas ge samhället någon vinst: att fortsätta som i dag är bäst i genomsnitt. Valet är "
            "bäst i {count}."
        ),
    ),
    "best_hidden": (
        (
            "{strategy} has the largest expected gain for society in this simulation, which is too small to show how "
            "sure that is."
        ),
        (
            "{strategy} har störst väntad vinst för samhället i simuleringen, som är för liten för att visa hur "
            "säkert det är."
        ),
    ),
    "best_usual_hidden": (
        (
            "No intervention is expected to gain society anything in this simulation, which is too small to show how "
            "sure that is."
        ),
        "Ingen insats väntas ge samhället någon vinst i simuleringen, som är för liten för att visa hur säkert det är.",
    ),
    "regret": (
        "Compared with always choosing right in hindsight, it is expected to give {amount} less.",
        "Jämfört med att alltid välja rätt, med facit i hand, väntas valet ge {amount} mindre.",
    ),
    "order_open": (
        "The simulation is too small to settle which is better for society, {better} or {worse}.",
        "Simuleringen är för liten för att avgöra vilket som är bäst för samhället, {better} eller {worse}.",
    ),
    "orders_open": (
        "The simulation is too small to settle {number} of the {steps} steps in the order of the interventions by "
        "society's gain.",
        "Simuleringen är för liten för att avgöra {number} av de {steps} stegen i insatsernas ordning efter samhällets "
        "vinst.",
    ),
    # -- silos
    "silos": ("The price of silos and short-termism", "Prislappen på stuprör och kortsiktighet"),
    "worlds": (
        (
            "Funded when each actor that pays decides alone: {alone_short} (looking at {years}), {alone_long} (the "
            "whole period). When {all} decide together: {together_short} (looking at {years}), {together_long} (the "
            "whole period)."
        ),
        (
            "Detta finansieras när varje betalande aktör beslutar för sig: {alone_short} (med sikte på {years}), "
            "{alone_long} (hela perioden). När {all} beslutar tillsammans: {together_short} (med sikte på {years}), "
            "{together_long} (hela perioden)."
        ),
    ),
    "all_actors": ("all, the individual included,", "alla, även individen,"),
    "all_public": ("all public actors", "alla offentliga aktörer"),
    "one_year": ("one year", "ett år"),
    "some_years": ("{number} years", "{number} år"),
    "nothing": ("nothing", "ingenting"),
    "rule_expected": (
        "Those who decide fund what they are expected to gain from.",
        "Den som beslutar finansierar det som den själv väntas vinna på.",
    ),
    "rule_probability": (
        "Those who decide fund what they gain from with a probability of at least {probability}.",
        "Den som beslutar finansierar det som den själv vinner på med minst {probability} sannolikhet.",
    ),
    "price": (
        "Silos and short-termism together are expected to cost society {amount}{range}.",
        "Stuprör och kortsiktighet tillsammans väntas kosta samhället {amount}{range}.",
    ),
    "range": (" (in 90 of 100 futures between {range})", " (i 90 av 100 framtider mellan {range})"),
    "price_open": (
        "The simulation is too small to settle that this is a loss.",
        "Simuleringen är för liten för att avgöra om det är en förlust.",
    ),
    "price_sure": ("It is a loss in {count}.", "Det är en förlust i {count}."),
    "price_cashable": (
        "In money that budgets would have it is {amount}.",
        "I pengar som går att räkna hem i budget är det {amount}.",
    ),
    "price_public": ("Of that, {amount} is the public sector's.", "Av det är {amount} den offentliga sektorns."),
    "price_public_gains": (
        "The public sector as a whole is expected to be {amount} better off with them: others bear the loss.",
        "Den offentliga sektorn som helhet väntas tjäna {amount} på stuprör och kortsiktighet: andra bär förlusten.",
    ),
    "price_of_each": (
        "Silos alone cost {silos}, short-termism alone {short_termism}.",
        "Enbart stuprören kostar {silos}, enbart kortsiktigheten {short_termism}.",
    ),
    "price_each_enough": (
        "Either of them alone costs as much: the amounts must not be added.",
        "Enbart stuprören kostar lika mycket, och enbart kortsiktigheten också: beloppen ska inte läggas ihop.",
    ),
    "price_none": (
        "Silos and short-termism cost society nothing here: the same is funded in all four cases.",
        "Stuprör och kortsiktighet kostar inte samhället något här: samma sak finansieras i alla fyra fallen.",
    ),
    "price_nothing_lost": (
        "Silos and short-termism are not expected to cost society anything here.",
        "Stuprör och kortsiktighet väntas inte kosta samhället något här.",
    ),
    "price_negative": (
        (
            "Deciding apart or for few years is expected to gain society {amount} more here: the rule asks for more "
            "than that it is expected to pay."
        ),
        (
            "Att besluta var för sig eller kortsiktigt väntas här ge samhället {amount} mer: beslutsregeln kräver mer "
            "än att det väntas löna sig."
        ),
    ),
    "bearers": ("Bear the loss: {names}.", "Bär förlusten: {names}."),
    "spared": ("Better off with them: {names}.", "Tjänar på stuprör och kortsiktighet: {names}."),
    "vetoes": (
        "{actor} would not fund {intervention} alone, not even over the whole period.",
        "{actor} skulle inte på egen hand finansiera {intervention}, inte ens sett över hela perioden.",
    ),
    # -- agreements
    "agreements": ("Agreements", "Överenskommelser"),
    "shared": (
        (
            "{strategy}: together these actors are expected to gain {amount}. All of them are expected to gain if the "
            "cost is shared like this: {shares}."
        ),
        (
            "{strategy}: tillsammans väntas dessa aktörer vinna {amount}. Alla väntas vinna om kostnaden fördelas så "
            "här: {shares}."
        ),
    ),
    "no_shares": (
        (
            "{strategies}: the actors of the agreement are together expected to gain no more than it costs. No way to "
            "share the cost makes all of them gain."
        ),
        (
            "{strategies}: aktörerna i överenskommelsen väntas tillsammans inte vinna mer än vad det kostar. Ingen "
            "fördelning av kostnaden gör att alla vinner."
        ),
    ),
    "reachable": (
        "With shares that make the risk as small as can be, the actor most at risk does not lose in {count}.",
        "Med andelar som gör risken så liten som möjligt förlorar den mest utsatta aktören inget i {count}.",
    ),
    # -- outcome contract
    "contract": ("Payment by results", "Resultatbaserad ersättning"),
    "success": ("one more of “{outcome}”", "ytterligare en enhet av ”{outcome}”"),
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
            "{strategy}: less than one unit of improvement in “{outcome}” is expected among all {target} persons, too "
            "little to set a price by."
        ),
        (
            "{strategy}: mindre än en enhets förbättring av ”{outcome}” väntas bland alla {target} personer, för lite "
            "för att sätta ett pris."
        ),
    ),
    "contract_none": (
        "{strategy}: the simulation shows no improvement in “{outcome}”, so no price can be set.",
        "{strategy}: simuleringen visar ingen förbättring av ”{outcome}”, så inget pris kan sättas.",
    ),
    # -- fund
    "fund": ("A social investment fund", "En social investeringsfond"),
    "fund_chosen": (
        "With {capital} and {groups}, the fund should pay for {chosen}. Society is expected to gain {gain}.",
        "Med {capital} och {groups} bör fonden betala för {chosen}. Samhället väntas vinna {gain}.",
    ),
    "one_group": ("one target group", "en målgrupp"),
    "some_groups": ("{number} target groups", "{number} målgrupper"),
    "of_groups": ("{strategy} for {number} of them", "{strategy} för {number} av dem"),
    "fund_dry": (
        "It runs dry in {count}. By the end of {last} it is expected to have {balance} (not discounted).",
        "Fonden töms i {count}. I slutet av {last} väntas saldot vara {balance} (ej diskonterat).",
    ),
    "fund_repaid": (
        "What {strategy} costs is repaid in {count}.",
        "Det som {strategy} kostar är återbetalt i {count}.",
    ),
    "fund_terms": (
        (
            "That takes that {among} hand over {repaid} of what they save in money, at {interest} interest above "
            "inflation, until the fund has its money back."
        ),
        (
            "Det förutsätter att {among} lämnar {repaid} av det de sparar i pengar, med {interest} ränta utöver "
            "inflationen, tills fonden fått tillbaka sina pengar."
        ),
    ),
    "fund_luck": (
        (
            "The luck of the persons simulated is in what is said of the fund, which makes it look more at risk; the "
            "exact engine has none."
        ),
        (
            "Slumpen mellan de simulerade personerna ingår i det som sägs om fonden, vilket gör att den ser mer "
            "utsatt ut; med den exakta motorn ingår den inte."
        ),
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
            "{strategy}, “{outcome}” by {attribute}: the gap between {best} and {worst} is {before} now and is "
            "expected to be {after}. It becomes smaller in {count}{luck}."
        ),
        (
            "{strategy}, ”{outcome}” efter {attribute}: skillnaden mellan {best} och {worst} är {before} i dag och "
            "väntas bli {after}. Den minskar i {count}{luck}."
        ),
    ),
    "gap_luck": (
        ", luck between the persons simulated included",
        ", inklusive slumpen mellan de simulerade personerna",
    ),
    "gap_same": (
        "{strategy}, “{outcome}” by {attribute}: the gap of {before} between {best} and {worst} hardly changes.",
        "{strategy}, ”{outcome}” efter {attribute}: skillnaden på {before} mellan {best} och {worst} ändras knappt.",
    ),
    "gap_open": (
        "{strategy}, “{outcome}” by {attribute}: the simulation shows no change in the gap between {best} and {worst}.",
        (
            "{strategy}, ”{outcome}” efter {attribute}: simuleringen visar ingen ändring av skillnaden mellan {best} "
            "och {worst}."
        ),
    ),
    "gaps_smaller": (
        "{strategy}, by {attribute}: the gap becomes smaller in {names}.",
        "{strategy}, efter {attribute}: skillnaden minskar i {names}.",
    ),
    "gaps_larger": (
        "{strategy}, by {attribute}: the gap becomes larger in {names}.",
        "{strategy}, efter {attribute}: skillnaden ökar i {names}.",
    ),
    "gap_of": ("{outcome} ({before} to {after})", "{outcome} ({before} till {after})"),
    "gaps_open": (
        "{strategy}, by {attribute}: the simulation shows no change in any gap.",
        "{strategy}, efter {attribute}: simuleringen visar ingen ändring av någon skillnad.",
    ),
    "no_groups": (
        "To see differences between groups, run 'simcore run' again with --by ATTRIBUTE.",
        "För att se skillnader mellan grupper: kör 'simcore run' igen med --by EGENSKAP.",
    ),
    # -- weakest assumptions
    "weakest": ("What the result rests on", "Vad resultatet vilar på"),
    "drivers": (
        "{strategy}: what is unsure for society comes most from {names}.",
        "{strategy}: osäkerheten för samhället beror mest på {names}.",
    ),
    "driver": ("{about} ({share}, {quality})", "{about} ({share}, {quality})"),
    "effects": (
        "The result rests entirely on the effects that are put in: {names}.",
        "Resultatet bygger helt på de effekter som lagts in: {names}.",
    ),
    "effect": ("{about} ({quality}, {evidence})", "{about} ({quality}, {evidence})"),
    "assumed": ("assumed", "antagen"),
    "grade": ("grade {grade}", "evidensgrad {grade}"),
    "causal": ("read as causal", "tolkas som orsakssamband"),
    "associational": ("association only", "bara samvariation"),
    "assumed_effect": ("assumed effect", "antagen effekt"),
    "alternatives": (
        (
            "Other assumptions about how things work are not in these numbers: the case names {number} of them, which "
            "'simcore alternatives' tries to show which choice stands up to all."
        ),
        (
            "Andra antaganden om hur saker hänger ihop ingår inte i siffrorna: fallet anger {number} sådana, som "
            "'simcore alternatives' prövar för att visa vilket val som håller under alla."
        ),
    ),
    "left_out": ("What happens after {last} is left out.", "Det som händer efter {last} ingår inte."),
    "deaths": (
        "Part of what is avoided comes from persons who live longer or shorter: see the notes of 'simcore report'.",
        (
            "En del av det som undviks kommer av att personer lever längre eller kortare: se anmärkningarna i "
            "'simcore report'."
        ),
    ),
    "payer": ("{actor} ({share})", "{actor} ({share})"),
    "gainer": ("{actor} ({amount})", "{actor} ({amount})"),
    # -- counting futures
    "of_hundred": ("{number} of 100 futures", "{number} av 100 framtider"),
    "of_some": ("{number} of {draws} futures", "{number} av {draws} framtider"),
    "unknown": (
        "a number of futures that the simulation is too small to tell",
        "ett antal framtider som simuleringen är för liten för att visa",
    ),
    "fewer_than_one": ("fewer than 1 of 100 futures", "färre än 1 av 100 framtider"),
    "more_than_99": ("more than 99 of 100 futures", "fler än 99 av 100 framtider"),
    "all_futures": ("every future calculated", "alla beräknade framtider"),
    "no_future": ("no future calculated", "ingen beräknad framtid"),
}  # fmt: skip
