### Alles, was die Oberfläche sagt, auf Deutsch. Einfache Worte, ganze Sätze.
### Zahlen kommen fertig formatiert; ganze Zahlen als Zahl, wo der Wortlaut von ihnen abhängt.
## What this software is

disclaimer = GlucoTwin ist Forschungssoftware und kein Medizinprodukt. Entscheide damit nicht über eine Behandlung.
not-for-dosing = Nicht für Entscheidungen über Dosen. Besprich Änderungen mit deinem Behandlungsteam.
profile-review = Diese Installation läuft im Profil „review“: Niemand bekommt Aussagen über Insulindosen.
profile-research = Diese Installation läuft im Profil „research“: Fachleute und Forschende dürfen nach Insulin fragen.

## Around every page

navigation = Seiten
skip-to-content = Zum Inhalt springen
whose-twin = Wessen Zwilling
page-now = Jetzt
page-try = Probieren
page-days = Tage
page-twin = Zwilling
page-clinic = Praxis
page-settings = Einstellungen
page-consent = Einwilligung
page-data = Daten
loading = Lädt …
close = Schließen
undo = Zurücknehmen
try-again = Noch einmal versuchen
show-all = Alle { $count } zeigen
value = Wert
difference = Unterschied
range = { $low } bis { $high }
above = über { $bound }
below = unter { $bound }
time = Zeit
readings = Messwerte
offline-note = Keine Verbindung. Du siehst den letzten Stand; Einträge werden später gesendet.
queue-waiting = { $count ->
    [one] Ein Eintrag wartet auf das Senden.
   *[other] { $count } Einträge warten auf das Senden.
}
queue-refused = Ein Eintrag wurde nicht angenommen: { $reason }

## What went wrong

problem-unknown = Etwas ist schiefgegangen. Versuche es gleich noch einmal.
problem-offline = Im Moment gibt es keine Verbindung zu GlucoTwin.
problem-not-signed-in = Bitte melde dich neu an.
problem-sign-in-refused = Name oder Passwort stimmt nicht.
problem-not-allowed = Das ist dir in dieser Installation nicht erlaubt.
problem-consent-missing = Dafür fehlt die Einwilligung. Du entscheidest darüber unter Einstellungen, Einwilligung.
problem-csrf = Diese Seite ist veraltet. Lade sie neu.
problem-file-too-large = Die Datei ist zu groß.
problem-too-many-requests = Zu viele Versuche. Warte ein wenig.

## Signing in

sign-in-lead = Ein digitaler Zwilling für Diabetes: Sieh, wohin der Zucker läuft, und probiere aus, was ihn ändern würde.
sign-in-title = Anmelden
sign-in = Anmelden
sign-out = Abmelden
sign-out-note = Beim Abmelden wird auch gelöscht, was dieses Gerät für die Nutzung ohne Netz behalten hat.
register-title = Konto anlegen
register = Konto anlegen
no-account = Ich habe noch kein Konto
have-account = Ich habe ein Konto
login = Anmeldename
password = Passwort
password-hint = Mindestens { $count } Zeichen; ein paar Wörter sind gut.
your-name = Name
language = Sprache
language-en = English
language-de = Deutsch
provider-enter = Mit { $name } anmelden
provider-end = Auch bei { $name } abmelden
provider-end-note = { $name } weiß vielleicht noch, wer diesen Browser benutzt hat.
provider-problem-sign-in-refused = { $name } hat die Anmeldung nicht bestätigt, oder es dauerte zu lange. Versuche es noch einmal.
provider-problem-already-exists = Diese Anmeldung gehört hier zu einem anderen Konto, oder dieses Konto hat bei { $name } schon eine andere.
provider-problem-not-allowed = Mit dieser Anmeldung ist hier noch niemand bekannt. Wer hier ein Konto hat, meldet sich mit dem Passwort an und verknüpft es unter Einstellungen; neue Konten macht, wer diese Installation betreibt.
provider-problem-source-unreachable = { $name } ist im Moment nicht zu erreichen. Passwörter gelten wie bisher.
provider-problem-source-answer = { $name } antwortet nicht, wie es sollte. Sag es denen, die diese Installation betreiben.
provider-problem-unknown-name = Bei { $name } kann man sich von hier aus nicht abmelden. Melde dich auf den Seiten dort ab.
provider-problem-other = Die Anmeldung mit { $name } hat nicht geklappt. Versuche es gleich noch einmal.
demo-title = Umsehen
demo-text = Eine Person aus einem freigegebenen offenen Datensatz, deren Messwerte live abgespielt werden; für das Behandlungsteam auch ein erfundener Mensch mit Typ-2-Diabetes. Das Behandlungsteam kann auch nach Insulin fragen und Empfehlungen unterschreiben.
demo-open-person = Als die Person öffnen
demo-open-clinician = Als ihre Ärztin öffnen

## A new person

new-person-title = Für wen ist der Zwilling?
new-person-make = Weiter
diabetes-type = Art des Diabetes
type-type1 = Typ 1
type-type2 = Typ 2
type-gestational = In der Schwangerschaft
type-other = Eine andere Art
type-unknown = Nicht bekannt
therapy = Wie Insulin gegeben wird
therapy-closed-loop = Mit einer automatischen Pumpe
therapy-pump = Mit einer Pumpe
therapy-injections = Mit Pen oder Spritze
therapy-no-insulin = Kein Insulin
therapy-unknown = Nicht bekannt
birth-year = Geburtsjahr (wenn du magst)
weight = Gewicht in kg (wenn du magst)
zone = Zeitzone

## Now

now-value = Zucker
now-chart = Die letzten und die nächsten Stunden
now-empty = Keine Messwerte in den letzten Stunden.
now-no-twin = Es gibt noch keinen Zwilling und deshalb keine Vorhersage.
now-summary-past = In den letzten vier Stunden lag der Zucker zwischen { $low } und { $high } { $unit }.
now-summary-ahead = In einer Stunde wird er um { $median } { $unit } erwartet, wahrscheinlich zwischen { $low } und { $high }.
zone-very-low = Sehr niedrig
zone-low = Niedrig
zone-in-range = Im Bereich
zone-high = Hoch
zone-very-high = Sehr hoch
below-range = Low
above-range = High
stale = Veraltet
stale-note = Dieser Wert ist alt. Sieh nach dem Sensor oder miss am Finger.
trend-falling-fast = Fällt schnell
trend-falling = Fällt
trend-steady = Gleichbleibend
trend-rising = Steigt
trend-rising-fast = Steigt schnell
age-now = gerade eben
age-minutes = vor { $count } min
age-hours = { $count ->
    [one] vor einer Stunde
   *[other] vor { $count } Stunden
}
age-days = vor { $count } Tagen
chance-very-small = sehr klein
chance-in-ten = etwa { $count } von 10
chance-almost-certain = fast sicher
risk-none = In den nächsten zwei Stunden ist weder ein Tief noch ein Hoch über { $bound } { $unit } wahrscheinlich.
risk-low = Könnte in etwa { $minutes } Minuten unter { $bound } { $unit } fallen. Wahrscheinlichkeit: { $chance }.
risk-high = Könnte in etwa { $minutes } Minuten über { $bound } { $unit } steigen. Wahrscheinlichkeit: { $chance }.
risk-low-some-time = Könnte in den nächsten Stunden unter { $bound } { $unit } fallen. Wahrscheinlichkeit: { $chance }.
risk-high-some-time = Könnte in den nächsten Stunden über { $bound } { $unit } steigen. Wahrscheinlichkeit: { $chance }.
risk-unknown = Im Moment keine Vorhersage.
risk-withheld = Die Vorhersage wird zurückgehalten, weil der Zwilling nicht sicher genug ist.
insulin-on-board = Insulin noch wirksam
insulin-below-usual = weniger als von der üblichen Basalrate
carbs-on-board = Essen noch unterwegs
target-note = Zielbereich { $low } bis { $high } { $unit }
band-performance = Zuletzt lagen { $inside } % der Messwerte im { $level }-%-Band ({ $count } Vorhersagen).
band-performance-few = Wie oft das Band zutrifft, steht hier nach Vorhersagen in { $needed } verschiedenen Stunden; bisher waren es { $hours }.
offline-ahead = Auf diesem Gerät fortgesetzt, vom Messwert um { $time } an. Der Fächer wird breiter und endet um { $until }.
offline-over = Die letzte Vorhersage ist zu Ende. Eine neue gibt es, sobald GlucoTwin wieder erreicht wird.
offline-counted = { $count ->
    [one] Ein Eintrag, der noch nicht gesendet ist, ist berücksichtigt.
   *[other] { $count } Einträge, die noch nicht gesendet sind, sind berücksichtigt.
}
offline-uncounted = { $count ->
    [one] Ein Eintrag konnte hier nicht berücksichtigt werden, etwa Bewegung.
   *[other] { $count } Einträge konnten hier nicht berücksichtigt werden, etwa Bewegung.
}
snooze = Ruhe für
snooze-for = { $minutes } min
snoozed-until = Ruhig bis { $time }
alarm-urgent-low-soon = Bald sehr niedrig
alarm-low = Niedrig
alarm-predicted-low = Bald niedrig
alarm-stale-data = Keine neuen Messwerte
alarm-pump-site = Pumpenkatheter ansehen
alarm-high = Hoch
alarm-missed-bolus = Mahlzeit ohne Insulin?
alarm-unexplained-rise = Anstieg ohne Grund
alarm-predicted-high = Bald hoch
alarm-i-see = Gesehen, Ruhe für
alarm-seen-by = { $name } hat ihn gesehen ({ $time }).
alarm-told = { $count ->
    [one] Eine Begleitung wurde benachrichtigt.
   *[other] { $count } Begleitungen wurden benachrichtigt.
}
alarm-settings-title = Alarme
alarm-settings-save = Alarme speichern
alarm-settings-saved = Die Alarme richten sich ab jetzt danach.
alarm-limit-urgent_low_mgdl = Sehr niedrig
alarm-limit-low_mgdl = Niedrig
alarm-limit-high_mgdl = Hoch
alarm-horizons = Wie weit vorausgesehen wird, in Minuten
alarm-urgent_horizon_min = Sehr niedrig
alarm-low_horizon_min = Bald niedrig
alarm-high_horizon_min = Bald hoch
alarm-horizons-note = Weiter warnt früher und öfter umsonst.
alarm-kinds-note = Solange ein Alarm an ist, kommt er so oft wieder, wie hier gewählt.
alarm-repeat-of = Wie oft wiederholt wird: { $name }
alarm-repeat = alle { $minutes } min wieder
alarm-repeat-never = nicht wiederholt
alarm-quiet = Ruhezeit
alarm-quiet-from = Von
alarm-quiet-to = Bis
alarm-quiet-none = Keine Ruhezeit
alarm-quiet-note = Alarme zu hohen Werten, vergessenen Boli und Anstiegen sind dann stumm. Niedrige Werte, fehlende Messwerte und die Stelle der Pumpe sind immer zu hören.
alarm-kinds = Welche Alarme
alarm-always = lässt sich nicht abschalten
alarm-carers = Begleitungen, wenn ein Alarm anhält
alarm-carers-note = Ohne Auswahl werden die eigenen Kanäle einer Begleitung sofort benachrichtigt. Mit Auswahl erst, wenn den Alarm so lange niemand stumm gestellt hat.
alarm-carers-none = Noch begleitet niemand. Wer als Begleitung hinzugefügt ist, kann benachrichtigt werden, wenn ein Alarm anhält.
alarm-carer-none = sofort
alarm-carer-urgent = sehr niedrige nach einer Weile
alarm-carer-lows = alle niedrigen nach einer Weile
alarm-carer-all = alle Alarme nach einer Weile
alarm-carer-after = Nach

## Charts

chart-readings = Messwerte
chart-forecast = Vorhersage
chart-band = { $level }-%-Band
chart-table = Als Tabelle zeigen, { $unit }
chart-low-end = { $band }, von
chart-high-end = { $band }, bis
pool-meal = g
pool-insulin = IE

## Logging

log-title = Eintragen
log-meal = Essen
log-insulin = Insulin
log-activity = Bewegung
log-meal-title = Wie viel Kohlenhydrate?
log-insulin-title = Wie viel Insulin wurde gegeben?
log-activity-title = Wie lange?
log-meal-unit = g
log-insulin-unit = IE
log-activity-unit = min
log-glucose = Blutzucker
log-glucose-title = Was ergab die Messung am Finger?
log-when = Wann
log-now = Jetzt
log-earlier = vor { $minutes } min
log-own-time = Andere Zeit
log-time = Datum und Zeit
log-own-amount = Andere Menge in { $unit }
log-save = Eintragen
logged-meal = { $amount } g eingetragen
logged-insulin = { $amount } IE eingetragen
logged-activity = { $amount } min eingetragen
logged-glucose = { $amount } { $unit } eingetragen
event-meal = { $carbs } g Kohlenhydrate
event-bolus = { $insulin } IE Insulin
event-pen = { $insulin } IE Insulin mit dem Pen
event-activity = { $minutes } min Bewegung
event-note = Notiz
event-other = { $kind }
events-none = In den letzten Stunden nichts eingetragen.

## Try it

try-mode = Voraus oder zurück
try-ahead = Die nächsten Stunden
try-replay = Ein vergangener Tag
try-lead-ahead = Lege Essen oder einen Spaziergang auf die nächsten vier Stunden und sieh, wie die Kurve antwortet.
try-lead-replay = Verschiebe, was war, oder füge etwas hinzu: Der Zwilling sagt, wie diese Stunden hätten verlaufen können.
try-no-twin = Zum Probieren braucht es einen Zwilling.
try-which = Szenario
try-scenario = Szenario { $name }
try-from = Ab
try-meal = Essen
try-fast = Schneller Zucker
try-bolus = Insulin
try-exercise = Spaziergang
try-add-meal = Essen
try-add-fast = Schneller Zucker
try-add-bolus = Insulin
try-add-exercise = Spaziergang
try-basal = Basalrate: { $percent } %
try-item = { $what }, { $amount }, um { $time }
try-lane = Was in diesem Szenario geschieht
try-empty = Tippe an, was du probieren willst, oder ziehe es an seine Zeit in der Kurve.
try-how = Seitlich ziehen ändert die Zeit, auf und ab die Menge. Mit der Tastatur: Pfeiltasten, und Entf nimmt etwas weg.
try-why = Warum ging es so? Schalte aus, was war:
try-count-meal = Essen zählt
try-count-bolus = Insulin zählt
try-count-exercise = Bewegung zählt
try-reset = Dieses Szenario neu beginnen
try-too-many = Höchstens { $count } Änderungen auf einmal.
try-result = Was es ändern würde
try-none-yet = Noch ist nichts geändert.
try-count-unexplained = Unerklärtes zählt
try-explained-shown = den Tag ohne es zeigen
try-explained = ohne Unerklärtes
try-unexplained-up = Was aufgezeichnetes Essen, Insulin und Bewegung nicht erklären, hatte den Zucker um bis zu { $size } { $unit } angehoben (um { $time }): der Raum zwischen der gepunkteten Linie und dem, was war.
try-unexplained-down = Was aufgezeichnetes Essen, Insulin und Bewegung nicht erklären, hatte den Zucker um bis zu { $size } { $unit } gesenkt (um { $time }): der Raum zwischen der gepunkteten Linie und dem, was war.
try-unchanged = unverändert
try-lower = Bis zu { $size } { $unit } niedriger, nach { $hours } Stunden (90-%-Band des Unterschieds: { $low } bis { $high }).
try-higher = Bis zu { $size } { $unit } höher, nach { $hours } Stunden (90-%-Band des Unterschieds: { $low } bis { $high }).
try-no-insulin = Fragen nach Insulin sind Fachleuten und Forschenden im Profil „research“ vorbehalten.
outcome-mean_glucose_mgdl = Mittlerer Zucker
outcome-time_in_range_pct = Zeit im Bereich
outcome-time_below_70_pct = Zeit unter dem Bereich
outcome-time_above_180_pct = Zeit über dem Bereich
outcome-bands = Mediane; Unterschiede mit ihrem 90-%-Band.

## Days

days-length = Wie viele Tage
days-count = { $count } Tage
days-weekdays = Nur diese Wochentage
weekday-0 = Mo
weekday-1 = Di
weekday-2 = Mi
weekday-3 = Do
weekday-4 = Fr
weekday-5 = Sa
weekday-6 = So
days-until = Bis
days-too-few = Zu wenige Messwerte für einen üblichen Tag.
day-fingersticks = Messungen am Finger
day-time = Zeit
copied = Kopiert
copy-text = Als Text kopieren
print-page = Drucken
days-none = Keine Messwerte in dieser Zeit.
days-share = Der Zucker lag { $percent } % der Zeit zwischen { $low } und { $high } { $unit }: { $time } am Tag.
days-mean = Sein Mittel war { $mean } { $unit }. Messwerte gab es { $active } % der Zeit.
hours-minutes = { $hours } h { $minutes } min
modal-day-title = Der übliche Tag
modal-median = mittlerer Wert
modal-half = die Hälfte aller Tage
modal-most = neun von zehn Tagen
modal-summary = An einem üblichen Tag ist der Zucker gegen { $highTime } am höchsten ({ $high } { $unit }) und gegen { $lowTime } am niedrigsten ({ $low }). Einem Tief am nächsten ist er gegen { $nearTime }: Einer von zwanzig Tagen liegt dann unter { $near } { $unit }.
range-title = Zeit im Bereich
range-column = Zucker
share = Anteil
a-day = Am Tag
goal = Ziel
goal-met = erreicht
goal-missed = verfehlt
measures-title = Zahlen
measure = Maß
measure-mean = Mittel
measure-mean-hint = Mittel aller Messwerte
measure-gmi = GMI
measure-gmi-hint = ein aus dem Mittel errechnetes HbA1c; das Labor kann abweichen
measure-cv = Schwankung (VK)
measure-cv-hint = wie stark der Zucker schwankt; stabil bis 36 %
measure-gri = Risikoindex (GRI)
measure-gri-hint = 0 ist am besten, 100 am schlechtesten
measure-lows = Tiefs in der Woche
measure-lows-hint = mindestens 15 Minuten unter 70 mg/dL (3,9 mmol/L)
measure-severe-lows = Sehr niedrig in der Woche
measure-severe-lows-hint = mindestens 15 Minuten unter 54 mg/dL (3,0 mmol/L)
measure-active = Sensorzeit
measure-active-hint = Anteil der Zeit mit Messwerten; 70 % braucht es für ein Urteil
day-list-title = Tag für Tag
day = Tag
day-shares = Unter, im, über dem Bereich
day-carbs = KH
day-insulin = Insulin
day-back = Alle Tage
day-before = Der Tag davor
day-after = Der Tag danach
day-empty = Keine Messwerte an diesem Tag.
day-summary = Zwischen { $low } und { $high } { $unit }; { $percent } % der Messwerte im Bereich.
day-outcome = was dann geschah
day-forecast = { $count ->
    [one] Die Vorhersage dieses Tages
   *[other] Vorhersagen dieses Tages ({ $count })
}
day-forecast-none = keine gezeigt
day-forecast-at = Vorhersage von { $time }
day-forecast-result = Von { $count } Messwerten danach lagen { $inside } im 90-%-Band.
day-events = Einträge

## Twin

twin-lead = Gelernt vom { $start } bis zum { $end }, aus { $count } Messwerten.
twin-none = Es gibt noch keinen Zwilling. Er braucht etwa zwei Wochen Messwerte, besser mit Essen und Insulin.
twin-make = Zwilling erstellen
twin-cautions = Zu bedenken
twin-invalid = Dieser Zwilling sollte nicht benutzt werden
twin-effect = Was Essen und Insulin bewirken
twin-effect-hint = In Ruhe und für sich allein, mit dem 90-%-Band.
twin-carb-factor = 10 g Kohlenhydrate
twin-correction-factor = Eine Einheit Insulin
twin-quality = Wie gut er passt
verdict-pass = Er beschreibt die Daten gut.
verdict-caution = Er beschreibt die Daten, mit Vorbehalt.
verdict-fail = Er beschreibt die Daten nicht gut genug.
twin-refit = Neu lernen
twin-freeze = Einfrieren
twin-thaw = Weiterlernen
twin-freeze-note = Eingefroren bleibt der Zwilling, wie er ist, und lernt nichts Neues.
twin-frozen-note = Der Zwilling ist eingefroren: Er lernt nichts Neues.
twin-parameters = Was der Zwilling über mich weiß
twin-parameters-hint = Grau: üblich für Menschen wie dich. Blau: du, mit 90 % Sicherheit. Der Strich ist der wahrscheinlichste Wert.
compared-alike = Kein klarer Unterschied zum Üblichen.
compared-below = Etwa { $percent } % unter dem Üblichen.
compared-above = Etwa { $percent } % über dem Üblichen.
compared-times = Etwa das { $factor }-Fache des Üblichen.
informed-much = Vor allem aus deinen Daten gelernt.
informed-some = Zum Teil aus deinen Daten gelernt.
informed-little = Vor allem das Übliche; deine Daten sagen wenig dazu.
parameter-subcutis-transfer-per-min = Wie schnell Insulin die Haut verlässt
parameter-subcutis-absorption-per-min = Wie schnell Insulin ins Blut gelangt
parameter-gut-emptying-per-min = Wie schnell sich der Magen leert
parameter-gut-absorption-per-min = Wie schnell Essen ins Blut gelangt
parameter-glucose-effectiveness-per-min = Wie stark sich der Zucker selbst ausgleicht
parameter-glucose-basal-mgdl = Wo sich der Zucker in Ruhe einpendelt
parameter-glucose-action-rate-per-min = Wie schnell Insulin zu wirken beginnt
parameter-glucose-sensitivity-night = Wie stark Insulin nachts wirkt
parameter-glucose-sensitivity-morning = Wie stark Insulin morgens wirkt
parameter-glucose-sensitivity-afternoon = Wie stark Insulin nachmittags wirkt
parameter-glucose-sensitivity-evening = Wie stark Insulin abends wirkt
parameter-glucose-volume-dl-per-kg = In wie viel Körperflüssigkeit sich Zucker verteilt
parameter-noise-flux-sd-mgdl-per-min = Wie viel unerklärt bleibt
parameter-noise-flux-time-min = Wie lange das Unerklärte anhält
parameter-noise-jump-sd-mgdl = Wie groß plötzliche Sprünge sind
parameter-noise-sensor-sd-mgdl = Wie ungenau der Sensor ist
twin-history = Seine Geschichte
history-adopted = Übernommen
history-shadowed = Im Hintergrund erprobt
history-promoted = Eingesetzt
history-retired = Abgelöst
history-rolled-back = Zurückgesetzt
twin-rollback = Zurück zur Fassung davor
rollback-why = Rolled back at the person's request in the dashboard.
job-waiting = Wartet
job-running = Arbeitet
job-failed = Das hat nicht geklappt.
job-cancelled = Abgebrochen.
job-cancel = Abbrechen
job-progress = Fortschritt
job-note = Du kannst diese Seite verlassen; es geht weiter.
quality-title = Datenqualität
quality-none = Nichts fiel auf.
severity-info = Hinweis
severity-warning = Ansehen
severity-error = Fehler
corrections-title = Berichtigt
correction-assumed = { $corrected } angenommen
correction-change = { $original } → { $corrected }
correction-left-out = weggelassen
correction-left-out-value = { $original }, weggelassen
correction-nothing = nichts
correction-refuse = Original verwenden
correction-accept = Berichtigen
correction-refused = Das Original wird verwendet.
correction-accepted = Die Berichtigung wird verwendet.
correction-is-refused = Abgelehnt; das Original wird verwendet.
quality-notes = { $count ->
    [one] Ein Hinweis
   *[other] { $count } Hinweise
}
reason-ambiguous-times = Die Stunde, die die Zeitumstellung wiederholt.
reason-basal-milliunits = In Tausendstel Einheiten angegeben.
reason-cancelled-boluses = Es wurde nichts abgegeben.
reason-cancelled-meals = Gehört zu einem Bolus, der abgebrochen und neu eingegeben wurde.
reason-daily-totals-only = Nur die Tagessumme ist bekannt.
reason-duplicate-rows = Derselbe Eintrag zweimal.
reason-extended-duration-assumed = Wie lange der Bolus verzögert wurde, ist nicht aufgezeichnet.
reason-extended-part-inferred = Nur der erste Teil des Bolus ist aufgezeichnet; der Rest ist errechnet.
reason-impossible-values = Diesen Wert hat kein Körper.
reason-meal-times-assumed = Ohne Uhrzeit eingetragen.
reason-meals-logged-twice = Als Essen und im Rechner eingetragen.
reason-not-delivered = Programmiert, aber nicht abgegeben.
reason-programmed-basal-replaced = Eine andere Rate wurde abgegeben.
reason-repeated-basal-times = Im selben Moment durch eine andere Rate ersetzt.
reason-repeated-glucose-times = Kam verspätet, mit der Zeit eines anderen Messwerts.
reason-sources-overlap = Mehrere Geräte haben es gemeldet.
reason-unit-inferred = Die Einheit ist aus den Werten erschlossen.
reason-wrong-clock = Die Uhr des Geräts ging falsch.
unit-g = g
unit-min = min
unit-mmoll = mmol/l
unit-u = IE
unit-u-per-h = IE/h
stream-glucose = Zucker
stream-meal = Essen
stream-bolus = Bolus
stream-pen = Pen
stream-basal = Basal
stream-activity = Bewegung
own-data-title = Meine Daten
report-open = Bericht öffnen
export = Alles mitnehmen (ZIP)
erase = Alles löschen …
erase-title = Alles löschen?
erase-text = Alle Messwerte, Einträge, Vorhersagen und der Zwilling werden gelöscht, samt dem Schlüssel, der sie lesbar macht. Das lässt sich nicht rückgängig machen.
erase-type = Tippe zur Bestätigung { $name }
erase-confirm = Alles löschen
erase-done = Alles ist gelöscht.

## Data

data-bring = Daten einlesen
data-lead = Eine Datei von Sensor, Pumpe, App, Telefon oder einem anderen Programm: GlucoTwin erkennt etwa dreißig Formate.
data-file = Dateien
data-reading = Datei wird gelesen …
data-added = Neu: { $what }
data-repeated = Schon da: { $what }

## Consent

consent-lead = Du entscheidest für jeden Zweck einzeln. Jede Entscheidung lässt sich zurücknehmen, und das gilt sofort.
consent-none = Nicht erteilt
consent-given = Erteilt am { $date }
consent-revoked = Zurückgenommen am { $date }
consent-version = (Wortlaut { $version })
consent-new-version = Es gibt einen neueren Wortlaut. Bitte lies ihn und entscheide neu.
consent-give = Ich willige ein
consent-revoke = Zurücknehmen
consent-done = Fertig

## Clinic

panel-lead = Wer zuerst angesehen werden sollte, steht oben: Alarme, dann das Risiko eines Tiefs, dann eines Hochs, dann alte oder wenige Messwerte.
page-follow = Wem ich folge
panel-hidden = { $count ->
    [one] Eine weitere Person lässt dich ihre Daten zurzeit nicht sehen.
   *[other] { $count } weitere Personen lassen dich ihre Daten zurzeit nicht sehen.
}
panel-person = Person
panel-age = Letzter Messwert
panel-risk = In Sicht
panel-alarms = Alarme
panel-calm = ruhig
panel-low = Tief, { $chance }
panel-high = Hoch, { $chance }
panel-no-readings = seit zwei Wochen keiner
panel-data = Sensor getragen, zwei Wochen
panel-worn = { $percent } %
panel-sparse = zu wenig
panel-more = { $count } weitere zeigen

worsening-title = Was langsam schlechter wird
worsening-none = Nichts davon wird schlechter, oder es gibt zu wenige Messungen.
worsening-note = Beobachtet werden HbA1c, Zeit im Zielbereich, Nierenfunktion und Albumin im Urin. Eine Linie durch die Messungen wird mit veröffentlichten Grenzen verglichen.
worsening-clear = deutlich
worsening-possible = möglich

## Advice and its review

advice-title = Rat deines Behandlungsteams
advice-by = Unterschrieben von { $name } am { $day }
advice-carb-ratio = Kohlenhydratfaktor: { $value } g je Einheit statt { $present }
advice-correction-factor = Korrekturfaktor: { $value } { $unit } je Einheit statt { $present }
advice-basal = Basalrate: { $value } E/h statt { $present }
advice-rescue-carbs = { $value } g schnelle Kohlenhydrate, wenn eine Unterzuckerung naht
advice-meal-lead = Insulin { $value } Minuten vor dem Essen
advice-walk = { $value } Minuten spazieren gehen
advice-at-hours = { $words } (von { $start } bis { $end })
advice-unit-carb-ratio = g je Einheit
advice-unit-correction-factor = { $unit } je Einheit
advice-unit-basal = E/h
advice-unit-rescue-carbs = g
advice-unit-meal-lead = Minuten
advice-unit-walk = Minuten
advice-your-answer = Deine Antwort
advice-agree = Einverstanden
advice-agreed = { $name } ist einverstanden.
advice-disagreed = { $name } ist nicht einverstanden.
advice-answered = Dein Behandlungsteam sieht deine Antwort.
disagree-everyday = Nein: passt nicht in meinen Alltag
disagree-lows = Nein: ich fürchte Unterzuckerungen
disagree-tried = Nein: schon versucht
disagree-other = Nein: lass uns reden
propose-title = Änderung vorschlagen
propose-this = Diese Änderung vorschlagen
propose-made = Der Vorschlag wartet unter „Praxis“ auf eine Unterschrift.
propose-kind = Was
propose-carb-ratio = Kohlenhydratfaktor
propose-correction-factor = Korrekturfaktor
propose-basal = Basalrate
propose-rescue-carbs = Essen gegen eine nahende Unterzuckerung
propose-meal-lead = Insulin vor der Mahlzeit
propose-walk = Ein Spaziergang
propose-present = Heute, in { $unit }
propose-value = Vorgeschlagen, in { $unit }
propose-from = Von
propose-to = Bis
propose-why = Warum, in Worten für die Person
propose-evidence = Der Zwilling wird noch einmal gefragt, seine Antwort bleibt beim Vorschlag.
propose-send = Zur Prüfung ablegen
therapy-title = Therapien vergleichen für { $name }
therapy-lead = Die letzten Tage laufen am Zwilling noch einmal ab, mit bis zu drei Möglichkeiten; alles andere bleibt, wie es war.
therapy-days = Wie viele Tage
therapy-kind-none = weggelassen
therapy-kind-basal = Basalrate
therapy-kind-carb-ratio = KE-Faktor und Korrekturfaktor
therapy-kind-insulin = Anderes Insulin zum Essen
therapy-kind-timing = Bolus vor dem Essen
therapy-percent = Änderung in %, negativ für weniger
therapy-ratio = Gramm je Einheit
therapy-factor = { $unit } je Einheit
therapy-minutes = Minuten früher
therapy-insulin = Insulin
therapy-compare = Vergleichen
therapy-day = Der mittlere Tag bei jeder
therapy-day-summary = { $name }: im Median am höchsten um { $highTime } mit { $high } { $unit }, am tiefsten um { $lowTime } mit { $low } { $unit }.
therapy-was = Wie es war
therapy-research = Therapien zu vergleichen setzt das Forschungsprofil voraus.
settings-title = Rat zu Einstellungen für { $name }
settings-lead = Die letzten Tage werden auf dem Zwilling mit kleinen Schritten der Einstellungen nachgespielt. Was gefunden wird, ist ein Vorschlag, den du prüfst, änderst und unterschreibst.
settings-research = Rat zu Einstellungen braucht das Forschungsprofil.
settings-ask = Nach besseren Einstellungen suchen
settings-present = Heutige Einstellungen, wo sie nicht bekannt sind
settings-ratio = Kohlenhydratfaktor, g je Einheit
settings-factor = Korrekturfaktor, { $unit } je Einheit
settings-aim = Zielwert, { $unit }
settings-none = Es wird nichts geraten.
settings-now = Heute
settings-then = Geraten
settings-certainty = In { $percent } % der Ziehungen des Zwillings geht es der Person besser.
settings-others = Andere Pläne innerhalb der Grenzen
settings-habits = Gewohnheiten, mit den heutigen Einstellungen
settings-silent = Wozu nichts gesagt wird
settings-replayed = { $days } Tage nachgespielt
settings-because = Die letzten Tage nachgespielt: { $why }
follow-up-show = Was daraus wurde
follow-up-title = { $before } Tage davor, { $after } Tage seither
follow-up-achieved = erreicht { $achieved } { $band }
follow-up-predicted = vorhergesagt { $predicted } { $band }
follow-up-as-predicted = wie vorhergesagt
follow-up-less = weniger als vorhergesagt
follow-up-more = mehr als vorhergesagt
review-title = Vorschläge für { $name }
review-lead = Die Person sieht einen Vorschlag, wenn er unterschrieben ist, und nie vorher.
review-none = Noch keine Vorschläge.
review-waiting = wartet auf Prüfung
review-signed = unterschrieben
review-declined = abgelehnt
review-ended = beendet
review-by = Vorgeschlagen von { $name } am { $day }.
review-decided = Entschieden von { $name } am { $day }: { $reason }
review-evidence = Was der Zwilling { $version } geantwortet hat
review-proposed = Vorgeschlagen
review-reason = Grund deiner Entscheidung
review-sign = Unterschreiben
review-decline = Ablehnen
review-end = Diesen Rat beenden
review-course-first = Vor der ersten Unterschrift steht der Kurs hier unten.
course-title = Einen Zwilling lesen
course-lead = Fünf kurze Lektionen und vier Fragen. Sie stehen vor deiner ersten Unterschrift.
course-passed = Du hast Fassung { $version } am { $day } bestanden.
course-wrong = Nicht ganz. Lies die Lektion noch einmal.
course-send = Antworten prüfen

## Alarms elsewhere, and apps

channels-title = Alarme außerhalb dieser Seite
channels-lead = Du wählst, wo dich Alarme erreichen, wenn keine Seite offen ist. Wer jemandem folgt, wählt das für sich selbst.
channels-sensor = Lass die Alarme des Sensors eingeschaltet. Eine Nachricht kann spät oder gar nicht kommen. Alarme können eine Weile stumm sein; ein dringendes Tief lässt sich hier nicht abschalten.
channel-push = Mitteilung
channel-email = Mailadresse
channel-webhook = Webadresse, für Lautsprecher, Uhr oder Haussteuerung
channel-this-device = Dieses Gerät
channel-other-device = Ein anderes Gerät
channel-add = Hinzufügen
channel-add-push = Auf diesem Gerät mitteilen
channel-add-email = Mailadresse hinzufügen
channel-add-webhook = Webadresse hinzufügen
channel-save = Hinzufügen
channel-code = Code aus der Mail
channel-confirm = Bestätigen
channel-test = Probieren
channel-test-of = Probieren: { $name }
channel-tested = Eine Nachricht ist unterwegs, die sagt, dass sie nur eine Probe ist.
channel-end = Entfernen
channel-end-of = Entfernen: { $name }
channel-secret = Woran man erkennt, dass eine Nachricht von hier kommt (nur jetzt zu sehen):
channel-refused = Dieses Gerät erlaubt es nicht. Erlaube Mitteilungen in den Einstellungen des Browsers; auf dem iPhone lege GlucoTwin zuerst auf den Startbildschirm.
tokens-title = Apps
tokens-lead = Apps, die Nightscout kennen, und Programme lesen oder senden mit einem Zugangsschlüssel. Er öffnet nur die Daten dieser Person und lässt sich jederzeit zurücknehmen.
token-name = Für welche App
token-what = Sie darf
token-follow = lesen
token-upload = lesen und senden
token-make = Schlüssel erstellen
token-shown = Gib das in der App ein. Es ist nur jetzt zu sehen:
token-until = bis { $date }
token-used = zuletzt benutzt { $date }
token-unused = nie benutzt
token-end = Zurücknehmen
token-end-of = Zurücknehmen: { $name }

## Settings

settings-display = Anzeige
settings-unit = Einheit des Zuckers
settings-theme = Farben
theme-system = Wie das Gerät
theme-light = Hell
theme-dark = Dunkel
settings-target = Zielbereich
target-standard = Üblich
target-older = Ältere Menschen
target-pregnancy-type-1 = Schwangerschaft mit Typ 1
target-gestational = Schwangerschaftsdiabetes
target-own = Eigener
target-low = Von
target-high = Bis
target-own-bounds = Die Grenzen müssen aufsteigen und zwischen { $low } und { $high } { $unit } liegen; bis dahin gilt der Bereich davor.
settings-account = Konto
settings-about = Über
identity-title = Anmeldung mit { $name }
identity-lead = Verknüpfe dieses Konto, dann kannst du dich neben deinem Passwort auch mit { $name } anmelden. Sonst erfährt { $name } nichts.
identity-linked = Verknüpft seit { $date }.
identity-link = Mit { $name } verknüpfen
identity-unlink = Verknüpfung lösen
identity-only-way = Sie ist der einzige Weg in dieses Konto, das kein Passwort hat; darum lässt sie sich nicht lösen.
members-title = Wer diesen Zwilling sehen darf
members-hint = Familie, Betreuende und Fachleute sehen, was ihnen das Profil erlaubt.
member-add = Freigeben
member-remove = Entfernen
member-role = Als
role-person = die Person selbst
role-carer = Betreuung
role-clinician = Fachperson
role-researcher = Forschung

questions-of = Was { $name } sagt
questions-course = { $title }: zuerst { $first }, jetzt { $last } (höchstens { $most }).
questions-least = wenig
questions-most = viel
questions-title = Wie es im Alltag geht
questions-none = Noch ist nichts beantwortet. Ein paar Fragen alle zwei Wochen zeigen, ob der Alltag leichter wird.
questions-fill = Ausfüllen: { $title }
questions-send = Antworten behalten
questions-kept = Antworten behalten
questions-day = Tag
questions-score = { $score } von { $most }
questions-take-out = Herausnehmen
questions-note = In unserem eigenen Bogen ist mehr besser. Die Zahlen sind zum Vergleich mit sich selbst; wer deine Daten sehen darf, sieht auch sie.

## Behandlungen bei Typ-2-Diabetes

regimen-title = Behandlungen bei Typ-2-Diabetes
regimen-lead = Was Medikamente binnen eines Jahres bei einem Menschen bewirken würden, wie ein Brief ihn beschreibt, zusätzlich zu dem, was heute genommen wird. Lass leer, was nicht gemessen wurde. Nichts wird behalten.
regimen-filled = Ausgefüllt mit dem, was von { $name } aufgezeichnet ist. Ändere, was anders ist; die Aufzeichnung bleibt, wie sie ist.
regimen-sex = Geschlecht
regimen-sex-male = männlich
regimen-sex-female = weiblich
regimen-field-age = Alter, Jahre
regimen-field-diabetes-duration-y = Jahre seit der Diagnose
regimen-field-hba1c-pct = HbA1c, %
regimen-field-bmi = BMI, kg/m²
regimen-field-egfr = eGFR, ml/min/1,73 m²
regimen-field-acr-mg-g = Albumin zu Kreatinin, mg/g
regimen-field-sbp-mmhg = Systolischer Blutdruck, mmHg
regimen-field-ldl-mmoll = LDL-Cholesterin, mmol/l
regimen-field-hdl-mmoll = HDL-Cholesterin, mmol/l
regimen-field-total-cholesterol-mmoll = Gesamtcholesterin, mmol/l
regimen-region = Risikoregion
regimen-region-low = Europa, niedrig
regimen-region-moderate = Europa, mäßig
regimen-region-high = Europa, hoch
regimen-region-very-high = Europa, sehr hoch
regimen-region-north-america = Nordamerika
regimen-region-other = anderswo
regimen-facts = Was zutrifft
regimen-fact-smoker = raucht
regimen-fact-history-heart-failure = Herzschwäche
regimen-fact-history-mi = hatte einen Herzinfarkt
regimen-fact-statin = nimmt ein Statin
regimen-fact-blood-pressure-treated = nimmt Mittel gegen Bluthochdruck
regimen-fact-oral-diabetes-drug = nimmt Tabletten gegen Diabetes
regimen-draft = Behandlung { $number }
regimen-medicine = Medikament { $number }
regimen-name-diet = weniger essen
regimen-name-programme = Programm zum Abnehmen
regimen-name-training = Training
regimen-name-low-carb = weniger Kohlenhydrate
regimen-name-time-restricted = kürzeres Essensfenster
regimen-titrated = folgt der Nüchternglukose
regimen-dose = Dosis, { $unit }
regimen-unit-mg-day = mg am Tag
regimen-unit-mg-week = mg in der Woche
regimen-unit-u-day = Einheiten am Tag
regimen-unit-u-week = Einheiten in der Woche
regimen-unit-kcal-day-less = kcal am Tag weniger
regimen-unit-kcal-day-less-at-first = kcal am Tag weniger am Anfang
regimen-unit-min-week = Minuten in der Woche
regimen-unit-g-day-less = g am Tag weniger
regimen-unit-h-day-less = Stunden am Tag weniger
regimen-compare = Vergleichen
regimen-plan = Plan für alle Ziele
regimen-plan-title = Die wenigsten Medikamente für HbA1c, Blutdruck und LDL-Cholesterin
regimen-chance = Aussicht auf alle drei
regimen-serves-hba1c = Für den HbA1c: { $names }
regimen-serves-sbp = Für den Blutdruck: { $names }
regimen-serves-ldl = Für das LDL-Cholesterin: { $names }
regimen-left-out = Ausgelassen { $name }: { $reason }
regimen-candidate = Dazu
regimen-hba1c = HbA1c nach { $months } Monaten, %
regimen-weight = Gewicht
regimen-range = Im Zielbereich
regimen-lows = Gespürte Unter­zuckerungen im Jahr
regimen-cost = Kosten, 1–4
regimen-risk = Herz und Gefäße in 10 Jahren
regimen-unbeaten = keine andere ist rundum besser
regimen-note = Klammern: 10. bis 90. Perzentil dessen, wie Menschen ansprechen. Zielbereich: 70–180 mg/dl, aus der mittleren Glukose. Risiko: SCORE2-Diabetes, sonst PREVENT oder RECODe.
regimen-action-contraindicated = Kontraindiziert
regimen-action-contraindicated-if = Kontraindiziert, falls
regimen-action-avoid = Besser vermeiden
regimen-action-dose = Dosis
regimen-action-watch = Beachten
regimen-verdict-follows = Befolgt
regimen-verdict-open = Lässt offen
regimen-verdict-against = Widerspricht
regimen-not-advice = Ein Modell durchschnittlicher Menschen, an veröffentlichten Studien mit Treffern und Fehlern geprüft. Forschungssoftware, kein Medizinprodukt; kein Rat, eine Behandlung zu beginnen, zu ändern oder zu beenden.
regimen-kilogram = { $change } kg

## Die Jahre voraus

page-years = Jahre voraus
years-lead = Was veröffentlichte Formeln von Menschen wie diesem sagen: Jahr für Jahr, wenn alles so weitergeht und mit anderen Behandlungen. Jede Formel spricht von Gruppen, nicht vom Schicksal eines Menschen.
years-lead-person = Was die Forschung bei vielen Menschen wie dir gefunden hat: wie oft ihnen in einigen Jahren etwas geschah. Das ist nicht dein Schicksal, und vieles davon lässt sich ändern: Sprich mit deinem Behandlungsteam darüber.
years-about = Die Person heute
years-filled = Aus der Aufzeichnung ausgefüllt, wo sie etwas sagt; prüfe es und ergänze, was fehlt. Lass leer, was nicht gemessen wurde.
years-empty = Die Aufzeichnung sagt noch nichts: Fülle aus, was bekannt ist. Lass leer, was nicht gemessen wurde.
years-origin-profile = aus dem Profil
years-origin-laboratory = Labor, { $day }
years-origin-medicine = aus aufgezeichneten Medikamenten
years-origin-insulin = aus aufgezeichnetem Insulin
years-origin-sensor = vom Sensor
years-origin-told = angegeben
years-regimens = Behandlungen zum Vergleich (nicht nötig)
years-horizon = Wie weit voraus
years-after = { $years } Jahre
years-ask = Voraussehen
years-unchanged = wenn es so weitergeht
years-by-year = Jahr für Jahr
years-event = Was geschehen kann
years-plain = Von 100 solchen Menschen ist bei etwa { $count } innerhalb von { $years } Jahren damit zu rechnen, wenn es so weitergeht: { $event }.
years-plain-few = Von 100 solchen Menschen ist bei weniger als einem innerhalb von { $years } Jahren damit zu rechnen, wenn es so weitergeht: { $event }.
years-today = heute
years-summary = { $name }: { $percent } nach { $years } Jahren.
years-table = Anteil der Menschen bis zum Ende von { $years } Jahren (UKPDS Outcomes Model 2, je 1.000 simulierte Leben)
years-scores = Nach jeder Formel
years-scores-note = Die Formeln stammen von verschiedenen Menschen, zählen Verschiedenes und stimmen nicht überein. So ist der Stand des Wissens; ein Mittel daraus wird nicht gebildet.
years-score = Formel
years-within = Innerhalb von
years-refused = { $score } ist für diese Person nicht gemacht:
years-not-advice = Forschungssoftware, kein Medizinprodukt; kein Rat, eine Behandlung zu beginnen, zu ändern oder zu beenden. Ein Jahr langsamer Veränderung steckt in jeder Spalte. Wo es zu einer Medikamentenklasse Studien an Herz und Niere gibt, ist deren Wirkung eingerechnet.
years-link = Jahre voraussehen
