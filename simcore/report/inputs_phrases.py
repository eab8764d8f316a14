"""Words of the workbook in which a case's figures are changed, in English and Swedish."""

from __future__ import annotations

from collections.abc import Mapping

from simcore.report.language import Phrase

#: Names of the sheets.
SHEETS: Mapping[str, Phrase] = {
    "start": ("Start here", "Börja här"),
    "case": ("Case", "Fallet"),
    "unit_costs": ("Unit costs", "Styckkostnader"),
    "programme_costs": ("Programme costs", "Insatsernas kostnader"),
    "payers": ("Payers", "Vem som betalar"),
    "other": ("Other figures", "Övriga uppgifter"),
    "tables": ("Tables", "Tabeller"),
}
#: Heads of the columns.
HEADS: Mapping[str, Phrase] = {
    "name": ("Name", "Namn"),
    "about": ("What it is", "Vad det är"),
    "unit": ("Unit", "Enhet"),
    "value": ("Value", "Värde"),
    "low": ("Low", "Lägst"),
    "high": ("High", "Högst"),
    "interval": ("What low and high are", "Vad lägst och högst är"),
    "price_year": ("Price year", "Prisår"),
    "why": ("Where your value comes from", "Varifrån ditt värde kommer"),
    "source": ("Source of the value as it was", "Källa till värdet som det var"),
    "grade": ("Grade", "Evidensgrad"),
    "uses": ("Used for", "Används till"),
}
#: What low and high of a figure are.
INTERVALS: Mapping[str, Phrase] = {
    "none": ("known exactly", "känt exakt"),
    "interval_95": ("95 % interval", "95-procentigt intervall"),
    "limits": ("least and most possible", "minsta och största möjliga"),
    "worked_out": ("95 % interval, worked out", "95-procentigt intervall, uträknat"),
}
#: What the sheet about the case says.
CASE: Mapping[str, Phrase] = {
    "title": ("title of the case", "fallets titel"),
    "target_group": ("persons the decision is about", "antal personer som beslutet gäller"),
    "horizon_to_age": ("lives are followed up to this age", "liven följs till denna ålder"),
    "horizon_years": ("lives are followed for so many years", "liven följs så många år"),
    "discount_rate": (
        "discount rate of money, per year: 3.5 % is 0.035", "diskonteringsränta för pengar, per år: 3,5 % är 0,035",
    ),
    "outcome_discount_rate": (
        "discount rate of outcomes such as life-years, per year",
        "diskonteringsränta för utfall som levnadsår, per år",
    ),
    "price_year": ("year whose prices all results are in", "det år vars priser alla resultat är i"),
    "currency": ("currency", "valuta"),
    "start_year": ("first calendar year", "första kalenderåret"),
    "persons": ("persons simulated per draw", "personer som simuleras i varje dragning"),
}  # fmt: skip
#: Behind what is said of a rate that is a figure of its own.
NAMED: Phrase = (
    "{about}; it is the figure {name}, which stands on another sheet",
    "{about}; det är uppgiften {name}, som står på ett annat blad",
)
#: The grade of a figure without a source.
ASSUMED: Phrase = ("assumed", "antagen")
#: What a program says when something else is typed.
WRONG_NUMBER: Phrase = ("Not possible here", "Inte möjligt här")
ALLOWED: Phrase = ("Allowed: {allowed}.", "Tillåtet: {allowed}.")
AT_LEAST: Phrase = ("a number of at least {low}", "ett tal som är minst {low}")
ABOVE: Phrase = ("a number above {low}", "ett tal större än {low}")
BETWEEN: Phrase = ("a number from {low} to {high}; 3.5 % is 0.035", "ett tal från {low} till {high}; 3,5 % är 0,035")
AT_MOST: Phrase = ("a number of at most {high}", "ett tal som är högst {high}")
ANY: Phrase = ("a number", "ett tal")
WHOLE: Phrase = ("a whole number from {low} to {high}", "ett heltal från {low} till {high}")

#: The first sheet, paragraph by paragraph; `{file}` is the workbook, `{title}` the case.
START: tuple[Phrase, ...] = (
    ("The figures of: {title}", "Uppgifterna i: {title}"),
    (
        "Change what you know better about your own municipality, region or agency. Yellow cells may be changed; all "
        "others are only there to be read, and the sheets are protected against slips (without a password).",
        "Ändra det som ni vet bättre om er egen kommun, region eller myndighet. Gula celler får ändras; alla "
        "andra är "
        "till för att läsas, och bladen är skyddade mot misstag (utan lösenord).",
    ),
    (
        "A figure that is changed says where it comes from, in its yellow cell of text: a work, your own "
        "accounts, or an "
        "honest guess with its reason and range. Without that it is not taken.",
        "För en uppgift som ändras anges i den gula textcellen varifrån den kommer: en källa, er egen redovisning, "
        "eller en "
        "ärlig gissning med skäl och spann. Annars tas uppgiften inte emot.",
    ),
    (
        "Shares, probabilities and rates are written as fractions: 3.5 % is 0.035. Costs are in the unit beside "
        "them and "
        "in prices of the year beside them; give your own cost with its own price year.",
        "Andelar, sannolikheter, takter och räntor skrivs som decimaltal: 3,5 % är 0,035. Kostnader anges i enheten "
        "bredvid och i "
        "prisnivån för året bredvid; ge er egen kostnad med dess eget prisår.",
    ),
    (
        "How uncertain a figure is stands in low and high. Where only the value is changed, its interval moves "
        "with it: "
        "costs and ratios in proportion, shares on the scale of odds so that they stay between 0 and 1, all "
        "others by "
        "the same difference. The case says so. Where low or high are changed too, all are taken as they stand.",
        "Hur osäker en uppgift är står i lägst och högst. Om bara värdet ändras flyttas intervallet med: kostnader och "
        "kvoter i proportion, andelar på oddsskalan så att de stannar mellan 0 och 1, alla andra lika långt. "
        "Fallet säger det. Om lägst eller högst också ändras används alla värden som de står.",
    ),
    (
        "When you are done, save the workbook and run: simcore inputs import {file} --out our_case. Then: "
        "simcore run "
        "our_case. Prices alone can also be laid over a run that is there: simcore reprice RESULTS --with "
        "{file} --out "
        "our_results.",
        "När ni är klara, spara arbetsboken och kör: simcore inputs import {file} --out our_case. Sedan: simcore run "
        "our_case. Enbart priser kan också läggas över en körning som finns: simcore reprice RESULTS --with "
        "{file} --out "
        "our_results.",
    ),
    (
        "Do not change names, delete rows or rename sheets: they tell which figure is which.",
        "Ändra inte namn, ta inte bort rader och döp inte om blad: de visar vilken uppgift som är vilken.",
    ),
)  # fmt: skip
EMPTY: Phrase = ("There are no figures of this kind in this case.", "Det finns inga uppgifter av detta slag i fallet.")
CHANGEABLE: Phrase = ("may be changed", "får ändras")
