"""Irregular verbs: the forms of each in one line, and the nouns made from them, folded as tokens of ``de_exact`` are."""

_VERBS = """
helfen hilf hilfe hilft half halfen geholfen
sprechen sprich spricht sprach sprachen gesprochen
lesen lies liest las lasen gelesen
essen iss isst ass assen gegessen
geben gib gab gaben gegeben
nehmen nimm nimmt nahm nahmen genommen
treffen triff trifft traf trafen getroffen
sterben stirbt starb gestorben
werben wirbt warb geworben
bewerben bewirbt bewarb beworben
werden wird wurde wurden geworden
vergessen vergisst vergass
sehen sieht sah sahen gesehen
stehlen stiehlt stahl gestohlen
brechen bricht brach brachen gebrochen
schlafen schlaft schlief schliefen geschlafen
schlagen schlagt schlug schlugen geschlagen
tragen tragt trug trugen getragen
fahren fahrt fuhr fuhren gefahren
laden ladt lud geladen
laufen lauft lief liefen gelaufen
lassen lasst liess liessen gelassen
fallen fallt fiel fielen gefallen
halten halt hielt hielten gehalten
fangen fangt fing fingen gefangen
gehen geht ging gingen gegangen
stehen steht stand standen gestanden
verstehen versteht verstand verstanden
kommen kommt kam kamen gekommen
finden findet fand fanden gefunden
binden bindet band gebunden
trinken trinkt trank tranken getrunken
singen singt sang sangen gesungen
springen springt sprang gesprungen
zwingen zwingt zwang gezwungen
gewinnen gewinnt gewann gewonnen
beginnen beginnt begann begonnen
schwimmen schwimmt schwamm schwammen geschwommen
schreiben schreibt schrieb schrieben geschrieben
bleiben bleibt blieb blieben geblieben
leihen leiht lieh geliehen
leiden leidet litt litten gelitten
schneiden schneidet schnitt geschnitten
streiten streitet stritt stritten gestritten
reiten reitet ritt geritten
ziehen zieht zog zogen gezogen
fliehen flieht floh flohen geflohen flucht
fliegen fliegt flog flogen geflogen flug
verlieren verliert verlor verloren verlust
bieten bietet bot boten geboten
schliessen schliesst schloss schlossen geschlossen
kriechen kriecht kroch
rufen ruft rief riefen gerufen
sitzen sitzt sass sassen gesessen
liegen liegt lag lagen gelegen
bitten bittet bat baten gebeten
denken denkt dachte gedacht
bringen bringt brachte gebracht
kennen kennt kannte gekannt
nennen nennt nannte genannt
rennen rennt rannte gerannt
wissen weiss wusste gewusst
senden sendet sandte gesendet gesandt
tun tut tat getan
waschen wascht wusch gewaschen
wachsen wachst wuchs gewachsen
backen backt backte gebacken
betrugen betrug betrogen
weisen weist wies gewiesen
steigen steigt stieg gestiegen
schweigen schweigt schwieg geschwiegen
scheiden scheidet schied geschieden
leben lebt lebte gelebt
gebaren gebart gebar geboren
werfen wirft warf warfen geworfen
messen misst mass gemessen
heben hebt hob gehoben
meiden meidet mied gemieden
treten tritt trat traten getreten
riechen riecht roch gerochen
frieren friert fror gefroren
heissen heisst hiess geheissen
raten rat riet rieten geraten
"""
IRREGULAR = {
    form: tuple(other for other in line.split() if other != form)
    for line in _VERBS.split("\n")
    for form in line.split()
}
"""Each form with all others of its verb."""

_NOUNS_OF_VERBS = """
helfen hilfe
sprechen sprache gesprach spruch
geben gabe
nehmen nahme
treffen treff
bewerben bewerbung
sehen sicht
stehlen diebstahl
brechen bruch
schlagen schlag
tragen trag
fahren fahrt
laufen lauf
fallen fall
halten halt
fangen fang
gehen gang
stehen stand
verstehen verstandnis verstandigung
kommen kunft
finden fund
binden band bund
singen gesang
springen sprung
zwingen zwang
gewinnen gewinn
beginnen beginn
schreiben schrift
leihen leihe
schneiden schnitt
reiten ritt
ziehen zug
fliehen flucht
fliegen flug
verlieren verlust
bieten gebot
schliessen schluss
rufen ruf
denken gedanke
wachsen wachstum
betrugen betrug
weisen weis
steigen stieg
scheiden scheidung
gebaren geburt
werfen wurf
messen mass
treten tritt
raten rat
"""


def _nouns() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for verb, *nouns in (line.split() for line in _NOUNS_OF_VERBS.split("\n") if line):
        for form in (verb, *IRREGULAR[verb]):
            found[form] = tuple(noun for noun in nouns if noun != form)
        for noun in nouns:
            found[noun] = (*found.get(noun, ()), verb)
    return found


NOUNS = _nouns()
"""Nouns that are made from a verb by no rule, for each form of the verb; the verb, for each of these nouns. With a prefix,
too: Teilnahme, teilnehmen."""
