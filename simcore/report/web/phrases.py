"""Words of a report as a web page, in English and in Swedish."""

from __future__ import annotations

from typing import Final

from simcore.report.language import Phrase

PHRASES: Final[dict[str, Phrase]] = {
    # -- the page
    "kind_of_page": ("Report of a simulation", "Rapport från en simulering"),
    "contents": ("Contents", "Innehåll"),
    "choose": ("Choose what the charts show", "Välj vad diagrammen visar"),
    "intervention": ("Intervention", "Insats"),
    "actor": ("Actor", "Aktör"),
    "horizon": ("Horizon", "Tidshorisont"),
    "numbers": ("The numbers", "Siffrorna"),
    "not_drawn": (
        "The charts that can be pointed at could not be drawn here; the pictures show the same.",
        "De interaktiva diagrammen kunde inte ritas här; bilderna visar samma sak.",
    ),
    "alt": (
        "{title}. The sentences and tables of this section hold what it shows.",
        "{title}. Avsnittets text och tabeller innehåller det som visas.",
    ),
    "nothing": (
        "Nothing differs from the comparator: there is nothing to show here.",
        "Ingenting skiljer sig från jämförelsealternativet: det finns inget att visa här.",
    ),
    "one_strategy": (
        "Only {usual} was simulated, so there is nothing to compare: this report tells how lives go, which figures it "
        "rests on and how it was run.",
        "Bara {usual} har simulerats, så det finns inget att jämföra: rapporten visar hur liven förlöper, vilka "
        "uppgifter den bygger på och hur simuleringen kördes.",
    ),
    "pointing": (
        "Point at a row or a year, or tap it, to see its numbers.",
        "Peka på en rad eller ett år, eller tryck på den, för att se siffrorna.",
    ),
    # -- sections
    "summary": ("In short", "I korthet"),
    "at_a_glance": ("At a glance: amounts for all {target} persons", "Överblick: belopp för alla {target} personer"),
    "costs": ("Cost", "Kostnad"),
    "society_net": ("Society,\nnet saving", "Samhället,\nnetto"),
    "public_net": ("Public sector,\nnet saving", "Offentlig sektor,\nnetto"),
    "money_back": ("Pays most:\nmoney back", "Betalar mest:\npengarna tillbaka"),
    "back_in": ("{year} (never: {never})", "{year} (aldrig: {never})"),
    "back_never": ("never ({never})", "aldrig ({never})"),
    "open_sign": (
        "* The simulation is too small to settle whether it is a gain or a loss.",
        "* Simuleringen är för liten för att avgöra om det är en vinst eller en förlust.",
    ),
    "alternatives": (
        "Other assumptions, which 'simcore alternatives' tries",
        "Andra antaganden, som 'simcore alternatives' prövar",
    ),
    "own_words": (
        "Names, descriptions of figures and states of life are in the words of the scenario.",
        "Källor, skäl till antaganden och det som scenariot inte säger på svenska står som i scenariot, ofta på "
        "engelska.",
    ),
    "glance_note": (
        "In brackets: the probability that it is a gain. Money back: median year, and the probability that it never is "
        "within the period.",
        "Inom parentes: sannolikheten att det är en vinst. Pengarna tillbaka: medianåret, och sannolikheten att de "
        "aldrig är det under perioden.",
    ),
    "avoided": ("Avoided costs of each actor", "Undvikna kostnader för varje aktör"),
    "avoided_text": (
        "What each actor is spared by an intervention compared with {usual}, added up over the whole period, and how "
        "sure that is. To the right of zero it is spared costs, to the left it has more of them. What the programme "
        "itself costs is not in it; the diamond, the net saving, has it taken off and shows who gains in the end.",
        "Vad varje aktör slipper betala med en insats jämfört med alternativet ”{usual}”, summerat över hela perioden, "
        "och hur "
        "säkert det är. Till höger om noll slipper den kostnader, till vänster får den större. Vad insatsen själv "
        "kostar ingår inte; romben är nettot, där insatsens kostnad är avdragen, och visar vem som vinner till slut.",
    ),
    "who": ("Who pays and who gains", "Vem betalar och vem vinner"),
    "who_text": (
        "The net saving of each actor within a budget horizon: what it is spared, less what it pays for the programme. "
        "A short horizon shows what a budget sees at first, a long one what becomes of it.",
        "Nettot för varje aktör inom en tidshorisont: vad den slipper betala minus vad den betalar för insatsen. En "
        "kort horisont visar vad budgeten ser först, en lång vad det blir till slut.",
    ),
    "time": ("When the money is back", "När pengarna är tillbaka"),
    "time_text": (
        "Net saving added up from the start to the end of each year. Below zero the actor is still out of pocket; "
        "where the line crosses zero for good, the money is back.",
        "Nettot summerat från början till slutet av varje år. Under noll ligger aktören fortfarande ute med pengar; "
        "där linjen passerar noll för gott är pengarna tillbaka.",
    ),
    "compare": ("The interventions compared", "Insatserna jämförda"),
    "compare_text": (
        "The same lives and the same uncertain figures under each intervention, so that luck does not favour one.",
        "Samma liv och samma osäkra uppgifter med varje insats, så att slumpen inte gynnar någon av dem.",
    ),
    "silos": ("The price of silos and short-termism", "Prislappen på stuprör och kortsiktighet"),
    "silos_text": (
        "What would be funded if each payer decided for itself or all together, looking at its budget of {years} or at "
        "the whole period, and what is lost by it.",
        "Vad som skulle finansieras om varje betalare bestämde för sig eller alla tillsammans, med sikte på budgeten "
        "för {years} eller hela perioden, och vad som då går förlorat.",
    ),
    "agreements": ("What could be agreed on", "Vad man kunde komma överens om"),
    "agreements_text": (
        "Ways to share the cost of a programme, so that those who gain from it also pay for it.",
        "Sätt att dela kostnaden för en insats, så att de som vinner på den också betalar för den.",
    ),
    "contract": ("Payment by results", "Resultatbaserad ersättning"),
    "fund": ("A social investment fund", "En social investeringsfond"),
    "fairness": ("Differences between groups", "Skillnader mellan grupper"),
    "drivers": ("What drives the result", "Vad som styr resultatet"),
    "drivers_text": (
        "Which figures make society's net saving unsure, and how good these figures are. To know a figure better "
        "that is far up here would make the answer surer. The grey bar is luck, and what cannot be traced to single "
        "figures because they act together.",
        "Vilka uppgifter som gör samhällets netto osäkert, och hur bra de uppgifterna är. Att veta mer om en uppgift "
        "högt "
        "upp här skulle göra svaret säkrare. Den grå stapeln är slump, och det som inte kan hänföras till enskilda "
        "uppgifter eftersom de samverkar.",
    ),
    "no_drivers": (
        "There are too few draws to tell, or no figure stands out.",
        "Det är för få framtider för att avgöra det, eller så sticker ingen uppgift ut.",
    ),
    "luck": ("What is luck and what is ignorance", "Vad som är slump och vad som är okunskap"),
    "luck_text": (
        "The thick bar is what we do not know: what may be expected, given how uncertain the figures are. Better "
        "knowledge makes it shorter. The thin line is what may happen to just these {target} persons: it has their "
        "luck in it too, which no knowledge takes away and which evens out in a larger group.",
        "Den tjocka stapeln är det vi inte vet: vad som kan väntas, så osäkra som uppgifterna är. Bättre kunskap gör "
        "den "
        "kortare. Den tunna linjen är vad som kan hända just dessa {target} personer: där ingår också deras tur och "
        "otur, som ingen kunskap tar bort och som jämnar ut sig i en större grupp.",
    ),
    "luck_exact": (
        "These results follow the exact distribution: there is no luck between persons in them, and all that is unsure "
        "comes from the figures. A run of sampled lives (engine: sampled) shows what luck may do to a group of "
        "{target} persons.",
        "Resultaten följer den exakta fördelningen: det finns ingen slump mellan personer i dem, och all osäkerhet "
        "kommer från uppgifterna. En körning med simulerade liv (engine: sampled) visar vad slumpen kan göra med en "
        "grupp på {target} personer.",
    ),
    "luck_few": (
        "Fewer persons were simulated per draw than the target group of {target} has, so what luck may do to it is not "
        "told. A run with more persons tells it.",
        "Färre personer simulerades per framtid än målgruppens {target}, så vad slumpen kan göra med den framgår inte. "
        "En körning med fler personer visar det.",
    ),
    "lives": ("Do simulated lives go as real ones do?", "Förlöper simulerade liv som verkliga?"),
    "lives_text": (
        "Who is where at which age under {usual}, and what the model says of statistics that were published.",
        "Vem som är var vid vilken ålder i alternativet ”{usual}”, och vad modellen ger jämfört med publicerad "
        "statistik.",
    ),
    "no_statistics": (
        "This scenario names no published statistics that its lives could be held against.",
        "Scenariot anger ingen publicerad statistik som liven kan jämföras med.",
    ),
    "statistics_note": (
        "Held out: not used to fit the model, so it is a test of it. {missed} of {number} statistics are further from "
        "the model than their own error and that of the model allow for (95 %). The model speaks for the mean of "
        "{draws} draws of the figures of this run.",
        "Undanhållen: inte använd för att anpassa modellen, alltså en prövning av den. {missed} av {number} mått "
        "ligger längre från modellen än felmarginalerna för måttet och modellen medger (95 %). Modellens värde är "
        "medel över {draws} av körningens framtider.",
    ),
    "inputs": ("Every figure, with its source", "Varje uppgift, med källa"),
    "inputs_text": (
        "Grades run from A (official statistics or a strong study of just this) to D (weak); assumed figures have no "
        "source. {counts}",
        "Evidensgraden går från A (officiell statistik eller stark studie av just detta) till D (svag); antagna "
        "uppgifter saknar källa. {counts}",
    ),
    "inputs_counts": (
        "Of {number} figures, {weak} are weak (C, D) or assumed.",
        "Av {number} uppgifter är {weak} svaga (C, D) eller antagna.",
    ),
    "weak_share": (
        "{intervention}: {money} of the money that moves has a unit cost that is weak or assumed. Of what is unsure of "
        "society's net saving, {spread} comes from figures that are, {good} from better ones, and {rest} is luck or "
        "cannot be traced to single figures.",
        "{intervention}: {money} av de belopp som ändras har en styckkostnad som är svag eller antagen. Av osäkerheten "
        "i samhällets netto kommer {spread} från sådana uppgifter och {good} från bättre, och {rest} är slump eller "
        "kan inte hänföras till enskilda uppgifter.",
    ),
    "weak_share_money": (
        "{intervention}: {money} of the money that moves has a unit cost that is weak or assumed.",
        "{intervention}: {money} av de belopp som ändras har en styckkostnad som är svag eller antagen.",
    ),
    "search": ("Search the figures", "Sök bland uppgifterna"),
    "works": ("Works", "Källor"),
    "changes": ("What this case replaces of what it extends", "Vad fallet ersätter i det som det bygger på"),
    "how": ("How it was run", "Så kördes simuleringen"),
    "how_text": (
        "These commands run the same again, to the last bit where the versions are the same, and write this report:",
        "De här kommandona kör samma sak igen, exakt lika där versionerna är desamma, och skriver rapporten:",
    ),
    "terms": ("Words", "Ordlista"),
    # -- charts
    "spared": ("Spared costs", "Slipper kostnader"),
    "burdened": ("Higher costs", "Större kostnader"),
    "gaining": ("Gains", "Vinner"),
    "losing": ("Loses", "Förlorar"),
    "sum": ("Sum over actors", "Summa över aktörer"),
    "inside": ("Within the error", "Inom felmarginalen"),
    "outside": ("Outside it", "Utanför"),
    "avoided_cost": ("Avoided cost", "Undviken kostnad"),
    "expected": ("Expected", "Väntat"),
    "chance": ("Probability above zero", "Sannolikhet över noll"),
    "nothing_at_stake": ("Nothing is at stake for this actor.", "Inget står på spel för den här aktören."),
    "payback_hidden": (
        "Luck between the persons simulated hides when the money is back; more persons would show it.",
        "Slumpen mellan de simulerade personerna döljer när pengarna är tillbaka; fler personer skulle visa det.",
    ),
    "payback_never": (
        "The money is not back by {last} in any future.", "Pengarna är inte tillbaka senast {last} i någon framtid."
    ),
    "payback_none": (
        "This actor is out of pocket in hardly any future.", "Aktören ligger ute med pengar i knappt någon framtid."
    ),
    "payback_year": (
        "The money is back for good in {middle} (median; 5 to 95 %: {low} to {high}); probability that it is not by "
        "{last}: {never}.",
        "Pengarna är tillbaka för gott {middle} (median; 5 till 95 %: {low} till {high}); sannolikhet att de inte är "
        "det senast {last}: {never}.",
    ),
    "share_of_unsure": ("Share of what is unsure", "Andel av osäkerheten"),
    "figure": ("Figure", "Uppgift"),
    "grade": ("Grade", "Evidensgrad"),
    "assumed": ("assumed", "antagen"),
    "not_traced": (
        "Luck, and what is not traced to single figures",
        "Slump, och det som inte kan hänföras till en uppgift",
    ),
    "other_figures": ("Other figures", "Andra uppgifter"),
    "better_figures": ("Grade A to B2", "Evidensgrad A till B2"),
    "weak_figures": ("Weak or assumed", "Svag eller antagen"),
    "ignorance": ("What may be expected, 5 to 95 %", "Vad som kan väntas, 5 till 95 %"),
    "ignorance_and_luck": (
        "What may happen to the group, 5 to 95 %", "Vad som kan hända gruppen, 5 till 95 %"
    ),
    "thousand_of_all": (
        "1,000 {currency} for {target} persons, present value, prices of {price_year}",
        "Tusen {currency} för {target} personer, nuvärde, {price_year} års priser",
    ),
    "published": ("Published", "Publicerat"),
    "published_interval": ("Published, with the error allowed for (95 %)", "Publicerat, med felmarginal (95 %)"),
    "model": ("Model", "Modellen"),
    "model_interval": ("Model, 5 to 95 %", "Modellen, 5 till 95 %"),
    "of_published": ("Model in per cent of what was published", "Modellen i procent av det publicerade"),
    "used_for": ("Used for", "Används för"),
    "fitted": ("fitted to it", "anpassad till den"),
    "held_out": ("held out", "undanhållen"),
    "statistic": ("Statistic", "Mått"),
    "source": ("Source", "Källa"),
    # -- inputs
    "value": ("Value", "Värde"),
    "unsure": ("Unsure", "Osäkerhet"),
    "drives": ("Drives", "Styr"),
    "where": ("Where", "Var"),
    "assumption": ("Assumption", "Antagande"),
    "conversion": ("Conversion", "Omräkning"),
    "prices_of": ("{year} prices", "{year} års priser"),
    "another": ("another entry", "en annan uppgift"),
    "overrides": ("instead of {value} in {file}", "i stället för {value} i {file}"),
    # -- how it was run
    "scenario": ("Scenario", "Scenario"),
    "content_hash": ("Hash of its files", "Kontrollsumma för filerna"),
    "draws": ("Draws of the uncertain figures", "Framtider (dragningar av de osäkra uppgifterna)"),
    "persons": ("Persons in each draw", "Personer i varje framtid"),
    "target_group": ("Target group", "Målgrupp"),
    "seed": ("Seed of the random numbers", "Frö till slumptalen"),
    "engine": ("Engine", "Beräkningssätt"),
    "sampled": ("sampled lives", "simulerade liv"),
    "exact": ("exact distribution", "exakt fördelning"),
    "sampling": ("Sampling of figures", "Dragning av uppgifter"),
    "period": ("Calendar years", "Kalenderår"),
    "discount": ("Discount rate a year", "Diskonteringsränta per år"),
    "by_year": ("by year, as the scenario says", "per år, enligt scenariot"),
    "price_year": ("Prices of", "Prisnivå"),
    "comparator": ("Compared with", "Jämförelsealternativ"),
    "version": ("Version of simcore", "Version av simcore"),
    "versions": ("Made with", "Gjord med"),
    "given": ("Values given from outside", "Värden givna utifrån"),
    "alternative": ("Structural alternative", "Alternativt antagande"),
    # -- terms
    "term_present_value": (
        "Present value: money of later years counts for less, by the discount rate.",
        "Nuvärde: pengar som kommer senare år räknas som mindre värda, enligt diskonteringsräntan.",
    ),
    "term_avoided": (
        "Avoided cost: what an actor would have paid under {usual} and does not pay with the intervention.",
        "Undviken kostnad: vad en aktör skulle ha betalat i alternativet ”{usual}” men inte betalar med insatsen.",
    ),
    "term_net": (
        "Net saving: avoided cost less what the actor pays for the programme.",
        "Netto: undviken kostnad minus vad aktören betalar för insatsen.",
    ),
    "term_cashable": (
        "Cashable: what of it becomes money in a budget. One pupil less closes no class; what is not cashable is "
        "capacity that others can use.",
        "Netto i budget: det som blir pengar att räkna hem. En elev mindre stänger ingen klass; resten är frigjord "
        "kapacitet som andra kan använda.",
    ),
    "term_future": (
        "Future, or draw: one joint guess at all uncertain figures. Probabilities are shares of {draws} futures.",
        "Framtid: en samlad gissning av alla osäkra uppgifter. Sannolikheter är andelar av {draws} framtider.",
    ),
    "term_luck": (
        "Luck taken off: what is said to be expected holds no chance differences between the persons simulated.",
        "Utan slumpen mellan personer: det väntade innehåller inga slumpmässiga skillnader mellan de simulerade "
        "personerna.",
    ),
    "term_society": (
        "Society: the sum of all actors. What passes from one to another, as benefits and taxes do, cancels.",
        "Samhället: summan av alla aktörer. Det som går från en till en annan, som bidrag och skatter, tar ut "
        "varandra.",
    ),
    "term_mcse": (
        "MCSE: the Monte Carlo standard error, by which a mean would differ in another run.",
        "MCSE: Monte Carlo-medelfelet, så mycket ett medelvärde skulle kunna skilja sig i en ny körning.",
    ),
}  # fmt: skip
