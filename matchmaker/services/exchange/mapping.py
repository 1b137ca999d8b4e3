"""What the columns of a table mean: suggested from their names and values, checked, applied."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.models import IdentifierScheme, ProfileKind
from matchmaker.services.exchange.cells import restored
from matchmaker.services.exchange.fields import fields_of
from matchmaker.services.exchange.records import Raw, Unreadable
from matchmaker.services.exchange.tables import Row

#: What a column may hold beside the fields of its kind.
_BESIDE = ("id", "evidence", "identifiers", *(scheme.value for scheme in IdentifierScheme))
#: Rows that are looked at before columns are suggested.
SAMPLE_ROWS = 50


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Header to field, and what every row gets."""

    columns: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {"columns": dict(self.columns), "fixed": dict(self.fixed)}


def targets(kind: ProfileKind) -> tuple[str, ...]:
    """Return what a column of this kind may be."""
    return (*fields_of(kind), *_BESIDE)


def checked(kind: ProfileKind, columns: Mapping[str, str], fixed: Mapping[str, str]) -> Columns:
    """Return a mapping that can be used.

    Raises:
        InvalidInput: a field that the kind has not, or one that is meant twice.

    """
    known = targets(kind)
    meant: dict[str, str] = {}
    for header, name in columns.items():
        if name not in known:
            raise InvalidInput("columns", f"A {kind} has no field {name} (column {header}).")
        if name in meant:
            raise InvalidInput(
                "columns", f"Columns {meant[name]} and {header} are both taken for {name}."
            )
        meant[name] = header
    for name in fixed:
        if name not in known:
            raise InvalidInput("fixed", f"A {kind} has no field {name}.")
        if name in meant:
            raise InvalidInput("fixed", f"{name} is in column {meant[name]} already.")
    return Columns(columns=dict(columns), fixed=dict(fixed))


def fitting(mapping: Columns, header: Sequence[str]) -> Columns:
    """Return the mapping with headers spelled as in this table.

    Raises:
        InvalidInput: the table has none of its columns, or not the one of the name.

    """
    spelled = {_plain(name): name for name in header}
    columns = {
        spelled[_plain(name)]: target
        for name, target in mapping.columns.items()
        if _plain(name) in spelled
    }
    if "name" not in {*columns.values(), *mapping.fixed}:
        raise InvalidInput(
            "columns",
            "No column is taken for the name. The table has: " + ", ".join(header[:20]) + ".",
        )
    return Columns(columns=columns, fixed=mapping.fixed)


def applied(
    mapping: Columns, header: Sequence[str], kind: ProfileKind
) -> Callable[[Row], Raw | Unreadable]:
    """Return what turns a row of cells into named values."""
    places = [
        (place, mapping.columns[name])
        for place, name in enumerate(header)
        if name in mapping.columns
    ]
    columns = {target: name for name, target in mapping.columns.items()}

    def raw(row: Row) -> Raw:
        number, cells = row
        width = len(cells)
        values: dict[str, object] = dict(mapping.fixed)
        for place, target in places:
            cell = cells[place] if place < width else None
            values[target] = restored(cell) if isinstance(cell, str) else cell
        return Raw(number=number, kind=kind, values=values, columns=columns)

    return raw


#: Field -> words by which its column is called, Danish and English, folded.
_WORDS: Mapping[str, str] = {
    "id": "id uuid profil-id profile-id",
    "name": "navn name fulde-navn full-name virksomhedsnavn company-name organisation "
    "organization organisationsnavn firmanavn firma company virksomhed titel-paa-aktivitet "
    "display-name institution-name",
    "language": "sprog language tekstsprog",
    "summary": "resume kort-beskrivelse summary short-description kompetencer om about profil "
    "teaser abstract",
    "description": "beskrivelse description lang-beskrivelse tekst text objective bio biografi",
    "working_languages": "arbejdssprog working-languages talte-sprog languages",
    "city": "by city town bynavn postdistrikt lokation location",
    "postcode": "postnummer postnr post-nr postcode postal-code zip zip-code zipcode",
    "municipality": "kommune kommunekode municipality municipality-code kommunenr",
    "country": "land landekode country country-code nation",
    "latitude": "breddegrad latitude lat bredde",
    "longitude": "laengdegrad longitude lon lng long laengde",
    "can_travel_km": "rejseafstand km travel-km can-travel-km radius afstand",
    "website": "hjemmeside website web url www homepage webside webadresse link",
    "source": "kilde source",
    "fictional": "fiktiv fictional opfundet",
    "visibility": "synlighed visibility",
    "title": "titel title stilling job-title stillingsbetegnelse position rolle role",
    "affiliation": "arbejdsplads affiliation ansat-hos employer arbejdsgiver tilknytning afdeling",
    "capacity": "kapacitet capacity",
    "on_leave_until": "orlov-til on-leave-until orlov leave-until",
    "organisation_type": "type organisationstype organisation-type organization-type art",
    "parent_id": "moderorganisation parent parent-id",
    "programme": "uddannelse studie programme program study-programme linje studieretning retning",
    "level": "niveau level grad uddannelsesniveau",
    "institution": "uddannelsessted institution university universitet skole school",
    "placement_types": "praktiktype placement-types placement forloebstype",
    "available_from": "ledig-fra available-from fra-dato startdato start-date fra",
    "available_to": "ledig-til available-to til-dato slutdato end-date til",
    "learning_goals": "laeringsmaal learning-goals",
    "activity_type": "aktivitetstype activity-type type",
    "organiser": "arrangoer organiser organizer vaert host",
    "starts_on": "starter starts-on start startdato start-date dato date fra-dato",
    "ends_on": "slutter ends-on slut slutdato end-date til-dato",
    "eligibility": "deltagere eligibility hvem-kan-deltage maalgruppe",
    "need": "behov need",
    "evidence": "evidens evidence dokumentation cases erfaringer referencer udstyr ydelser",
    "identifiers": "identifikatorer identifiers",
    "ror": "ror ror-id",
    "orcid": "orcid orcid-id orcid-nummer",
    "cvr": "cvr cvr-nr cvr-nummer cvrnr cvrnummer company-number",
    "openalex": "openalex openalex-id",
    "cordis-organisation": "pic pic-nummer organisationid",
    "cordis-project": "projectid grant-agreement",
    "isni": "isni",
    "grid": "grid grid-id",
    "wikidata": "wikidata wikidata-id qid",
    "local": "medlemsnummer medlemsnr member-number membership-number kundenummer kundenr "
    "customer-number lokal-id local-id noegle key",
}
#: Field -> form that (nearly) all values of its column have; surer than any name.
_FORMS: Mapping[str, re.Pattern[str]] = {
    "orcid": re.compile(r"(?:https?://orcid\.org/)?\d{4}-\d{4}-\d{4}-\d{3}[\dX]"),
    "ror": re.compile(r"(?:https?://)?ror\.org/0[a-z0-9]{8}"),
    "openalex": re.compile(r"(?:https?://openalex\.org/)?[AI]\d{6,12}"),
    "grid": re.compile(r"grid\.\d+\.[0-9a-f]+"),
    "id": re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
}
#: The same for forms that other columns have too: only when no name says otherwise.
_LOOSE_FORMS: Mapping[str, re.Pattern[str]] = {
    "website": re.compile(r"https?://\S+"),
    "cvr": re.compile(r"(?:DK)?[ -]?[1-9]\d{7}"),
    "postcode": re.compile(r"(?:DK-)?[1-9]\d{3}"),
}
_NEARLY_ALL = 0.9


def suggested(
    kind: ProfileKind, header: Sequence[str], sample: Sequence[Sequence[object]]
) -> dict[str, str]:
    """Return header to field for the columns that tell what they are.

    Names decide, in Danish and English; values decide where they have a form of their own.

    Args:
        kind: what the table holds.
        header: names of the columns.
        sample: cells of some rows.

    """
    known = targets(kind)
    found: dict[str, str] = {}

    def take(header_name: str, target: str | None) -> None:
        if target in known and target not in found.values() and header_name not in found:
            found[header_name] = target

    values = [_values(place, sample) for place in range(len(header))]
    for name in header:  # our own names, as an export writes them
        take(name, name)
    for name, seen in zip(header, values, strict=True):
        take(name, _by_form(seen, _FORMS))
    for name in header:  # the very words of a field first, then words that only begin like it
        for target in _by_name(name):
            take(name, target)
    for name in header:
        for target in _by_first_word(name):
            take(name, target)
    for name, seen in zip(header, values, strict=True):
        take(name, _by_form(seen, _LOOSE_FORMS))
    return {name: found[name] for name in header if name in found}


def _values(place: int, sample: Sequence[Sequence[object]]) -> list[str]:
    cells = (row[place] for row in sample if place < len(row))
    return [str(cell).strip() for cell in cells if cell is not None and str(cell).strip()]


def _by_form(seen: Sequence[str], forms: Mapping[str, re.Pattern[str]]) -> str | None:
    for target, form in forms.items():
        fit = sum(form.fullmatch(value) is not None for value in seen)
        if seen and fit >= _NEARLY_ALL * len(seen):
            return target
    return None


def _by_name(name: str) -> list[str]:
    plain = _plain(name)
    return [
        target
        for target, words in _WORDS.items()
        if plain in (target.replace("_", "-"), *words.split())
    ]


def _by_first_word(name: str) -> list[str]:
    """Return the fields whose word stands first or last in a longer name: "Firmaets navn"."""
    parts = _plain(name).split("-")
    return [
        target
        for target, words in _WORDS.items()
        if len(parts) > 1 and {parts[0], parts[-1]} & {w for w in words.split() if len(w) > 2}
    ]


_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LETTERS)
    bare = "".join(
        one for one in unicodedata.normalize("NFD", folded) if not unicodedata.combining(one)
    )
    return "-".join(re.findall(r"[a-z0-9]+", bare))
