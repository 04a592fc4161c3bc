# What the service and the dashboard tell people, in German. A message that is missing here is told in English;
# a test names the families that have to be whole.

not-a-medical-device = GlucoTwin ist Forschungssoftware und kein Medizinprodukt. Entscheide damit nicht über eine Behandlung.

## Quality of data

quality-duplicate-rows = { $count ->
    [one] Eine Zeile stand doppelt da und zählt einmal.
   *[other] { $count } Zeilen waren Wiederholungen anderer und zählen einmal.
}
quality-repeated-glucose-times = { $count ->
    [one] Ein Sensorwert kam verspätet und trägt die Zeit eines anderen; er ist weggelassen.
   *[other] { $count } Sensorwerte kamen verspätet und tragen die Zeit eines anderen; sie sind weggelassen.
}
quality-repeated-basal-times = { $count ->
    [one] Eine Basalrate wurde im selben Moment durch eine andere ersetzt; die letzte zählt.
   *[other] { $count } Basalraten wurden im selben Moment durch andere ersetzt; die letzte zählt.
}
quality-basal-milliunits = { $count ->
    [one] Eine Basalrate war in Tausendstel Einheiten je Stunde angegeben und ist umgerechnet.
   *[other] { $count } Basalraten waren in Tausendstel Einheiten je Stunde angegeben und sind umgerechnet.
}
quality-basal-unknown = Die Basalrate ist für { $days } Tage unbekannt ({ $percent } % der Zeit).
quality-extended-part-inferred = { $count ->
    [one] Von einem verzögerten Bolus ist nur der erste Teil aufgezeichnet; der Rest ist aus seinem Anteil errechnet und über { $minutes } Minuten verteilt.
   *[other] Von { $count } verzögerten Boli ist nur der erste Teil aufgezeichnet; der Rest ist aus ihren Anteilen errechnet und über { $minutes } Minuten verteilt.
}
quality-cancelled-meals = { $count ->
    [one] Eine Mahlzeit gehört zu einem Bolus, der abgebrochen und neu eingegeben wurde; sie zählt einmal.
   *[other] { $count } Mahlzeiten gehören zu Boli, die abgebrochen und neu eingegeben wurden; sie zählen einmal.
}
quality-cancelled-boluses = { $count ->
    [one] Ein Bolus gab nichts ab und ist weggelassen.
   *[other] { $count } Boli gaben nichts ab und sind weggelassen.
}
quality-censored-glucose = { $count ->
    [one] Von einem Wert ist nur bekannt, dass er unter oder über dem Messbereich lag.
   *[other] Von { $count } Werten ist nur bekannt, dass sie unter oder über dem Messbereich lagen.
}
quality-impossible-values = { $count ->
    [one] Ein Eintrag hat einen unmöglichen Wert und ist weggelassen.
   *[other] { $count } Einträge haben unmögliche Werte und sind weggelassen.
}
quality-glucose-gaps = { $count ->
    [one] Zwischen den Sensorwerten gibt es eine Lücke von mehr als { $minutes } Minuten, sie dauert { $hours } Stunden.
   *[other] Zwischen den Sensorwerten gibt es { $count } Lücken von mehr als { $minutes } Minuten, zusammen { $hours } Stunden.
}
quality-glucose-jumps = { $count ->
    [one] Einmal änderte sich der Sensorzucker um mehr als { $limit } mg/dL je Minute, was der Körper nicht kann.
   *[other] { $count }-mal änderte sich der Sensorzucker um mehr als { $limit } mg/dL je Minute, was der Körper nicht kann.
}
quality-few-meals = Nur { $per_day } Mahlzeiten am Tag sind aufgezeichnet; wahrscheinlich wurde mehr gegessen.
quality-no-meals = Es sind gar keine Mahlzeiten aufgezeichnet; was Insulin tat, lässt sich nicht von dem trennen, was Essen tat.
quality-no-insulin = Es ist kein Insulin aufgezeichnet.
quality-implausible-insulin = { $bolus } IE Bolusinsulin am Tag ({ $total } IE mit Basalinsulin) sind entweder eine starke Insulinresistenz oder ein Fehler in der Datei.
quality-large-boluses = { $count ->
    [one] Ein Bolus ist größer als { $limit } IE.
   *[other] { $count } Boli sind größer als { $limit } IE.
}
quality-large-meals = { $count ->
    [one] Eine Mahlzeit hat mehr als { $limit } g Kohlenhydrate.
   *[other] { $count } Mahlzeiten haben mehr als { $limit } g Kohlenhydrate.
}
quality-ambiguous-times = { $count ->
    [one] Eine Zeit fällt in die Stunde, die die Umstellung im Herbst wiederholt; ihr Platz folgt aus der Reihenfolge der Zeilen.
   *[other] { $count } Zeiten fallen in die Stunde, die die Umstellung im Herbst wiederholt; ihr Platz folgt aus der Reihenfolge der Zeilen.
}
quality-skipped-times = { $count ->
    [one] Eine Zeit fällt in die Stunde, die die Umstellung im Frühjahr überspringt; sie ist nach der Uhr vor der Umstellung gelesen.
   *[other] { $count } Zeiten fallen in die Stunde, die die Umstellung im Frühjahr überspringt; sie sind nach der Uhr vor der Umstellung gelesen.
}
quality-ignored-columns = Auf Wunsch übergangene Spalten: { $names }.
quality-ignored-documents = { $count ->
    [one] Ein Eintrag einer Art, die hier nicht gebraucht wird, ist übergangen ({ $names }).
   *[other] { $count } Einträge von Arten, die hier nicht gebraucht werden, sind übergangen ({ $names }).
}
quality-uncertain-times = { $count ->
    [one] Das Gerät selbst war sich der Zeit eines Eintrags nicht sicher.
   *[other] Das Gerät selbst war sich der Zeiten von { $count } Einträgen nicht sicher.
}
quality-meals-logged-twice = { $count ->
    [one] Eine Mahlzeit war als Essen und im Bolusrechner eingetragen und zählt einmal.
   *[other] { $count } Mahlzeiten waren als Essen und im Bolusrechner eingetragen und zählen einmal.
}
quality-wrong-clock = { $count ->
    [one] Die Uhr des Geräts ging bei einem Eintrag falsch; die berichtigte Zeit gilt.
   *[other] Die Uhr des Geräts ging bei { $count } Einträgen falsch; die berichtigten Zeiten gelten.
}
quality-zone-assumed = Die Datei nennt keine Zeitzone; für die Tageszeiten gilt { $zone }.
quality-date-order-assumed = Tage und Monate sind in dieser Datei nicht zu unterscheiden; angenommen ist { $order }. Prüfe die Daten.
quality-unreadable-rows = { $count ->
    [one] Eine Zeile ließ sich nicht lesen und ist weggelassen.
   *[other] { $count } Zeilen ließen sich nicht lesen und sind weggelassen.
}
quality-passed-over = { $count ->
    [one] Ein Eintrag einer Art, die nicht gebraucht wird, ist übergangen: { $kinds }.
   *[other] { $count } Einträge von Arten, die nicht gebraucht werden, sind übergangen: { $kinds }.
}
quality-not-delivered = { $count ->
    [one] Eine Dosis war programmiert, wurde aber nicht abgegeben und zählt nicht.
   *[other] { $count } Dosen waren programmiert, wurden aber nicht abgegeben und zählen nicht.
}
quality-meal-times-assumed = { $count ->
    [one] Eine Mahlzeit ist ohne Uhrzeit eingetragen; angenommen ist die übliche Stunde ihrer Art ({ $hours }).
   *[other] { $count } Mahlzeiten sind ohne Uhrzeit eingetragen; angenommen ist die übliche Stunde ihrer Art ({ $hours }).
}
quality-daily-totals-only = { $count ->
    [one] Vom Basalinsulin eines Tages ist nur die Summe bekannt; sie ist über den Tag verteilt.
   *[other] Vom Basalinsulin von { $count } Tagen sind nur die Summen bekannt; sie sind über den Tag verteilt.
}
quality-sources-overlap = { $count ->
    [one] Einen Eintrag haben mehrere Geräte zugleich gemeldet; er zählt einmal.
   *[other] { $count } Einträge haben mehrere Geräte zugleich gemeldet; sie zählen einmal.
}
quality-units-converted = { $count ->
    [one] Ein Wert ist aus { $unit } umgerechnet.
   *[other] { $count } Werte sind aus { $unit } umgerechnet.
}
quality-unit-inferred = Die Datei nennt keine Einheit für den Zucker; ihre Werte können nur { $unit } sein.
quality-ends-early = Die Datei ist beschädigt oder endet zu früh; was vor dem Schaden steht, ist gelesen.
quality-export-incomplete = Das Programm, das die Datei schrieb, sagt, dass der Export abbrach: es fehlt noch etwas. Exportiere noch einmal oder einen kürzeren Zeitraum.
quality-extended-duration-assumed = { $count ->
    [one] Die Dauer eines verzögerten Bolus steht nicht in der Datei; angenommen sind { $minutes } Minuten.
   *[other] Die Dauer von { $count } verzögerten Boli steht nicht in der Datei; angenommen sind { $minutes } Minuten.
}
quality-basal-percent-unknown = { $count ->
    [one] Eine zeitweilige Basalrate ist ein Anteil eines Programms, das die Datei nicht enthält; sie ist weggelassen.
   *[other] { $count } zeitweilige Basalraten sind Anteile eines Programms, das die Datei nicht enthält; sie sind weggelassen.
}
quality-programmed-basal-replaced = { $count ->
    [one] Eine programmierte Basalrate lief nicht, weil die Pumpe ihre eigene setzte; sie ist weggelassen.
   *[other] { $count } programmierte Basalraten liefen nicht, weil die Pumpe ihre eigenen setzte; sie sind weggelassen.
}

## Forecasts and for whom they are meant

future-inputs-usual = Für die Zeit nach dem Beginn der Vorhersage sind kein Essen, kein Bolus und die übliche Basalrate angenommen.
future-inputs-planned = Für die Zeit nach dem Beginn der Vorhersage sind das geplante Essen und Insulin und sonst die übliche Basalrate angenommen.
forecast-limits = Eine Vorhersage weiß nur, was aufgezeichnet ist; entscheide damit nicht über eine Behandlung.
validity-pregnant = In der Schwangerschaft sind die Vorhersagen nicht geprüft.
validity-young = Bei Menschen unter 18 Jahren sind die Vorhersagen nicht geprüft.
validity-dialysis = Bei Menschen an der Dialyse sind die Vorhersagen nicht geprüft.
validity-other-diabetes = Die Vorhersagen sind nur bei Typ-1-Diabetes geprüft.
validity-not-type-2 = Die Vorhersagen dieser Art von Zwilling sind nur bei Typ-2-Diabetes geprüft.
validity-type-2 = Bei Typ-2-Diabetes sind die Vorhersagen nur an Erwachsenen im Krankenhaus geprüft, Was-wäre-wenn-Antworten gar nicht.
validity-diabetes-unknown = Die Art des Diabetes ist nicht bekannt; die Vorhersagen sind nur bei Typ-1-Diabetes geprüft.
validity-age-unknown = Das Alter ist nicht bekannt; die Vorhersagen sind nur bei Erwachsenen geprüft.
validity-conditions-unknown = Es ist nicht bekannt, ob eine Schwangerschaft oder Dialyse besteht; dann wären die Vorhersagen nicht dafür gedacht.
validity-refused = Das wird zurückgehalten, weil es für diese Person nicht gültig wäre: { $reasons }
validity-refused-hint = Beschreibungen der Daten bleiben verfügbar.

## What if

what-if-other-dosing-held = Alles andere Insulin ist gehalten, wie es aufgezeichnet ist; eine automatische Pumpe hätte auf die Änderung geantwortet.
what-if-effect-from-rule = Wie stark Insulin und Essen wirken, stammt vor allem aus Faustregeln nach dem Insulin am Tag, weil es in Aufzeichnungen automatischer Pumpen verborgen ist.
what-if-bands-reasoned = Wie weit die Bänder Fehler von Modell und Protokoll berücksichtigen, ist für diesen Körper erschlossen: seine Antworten sind nicht mit bekannter Wahrheit verglichen. Ein Zwilling des minimalen Körpers gibt Antworten, die es sind.
what-if-bands-learned = Die Bänder berücksichtigen Fehler von Modell und Protokoll, wie sie an simulierten Menschen gefunden wurden; dort waren die Antworten im Mittel zu klein (etwa 0,7 der wahren Änderung) und zu spät. Bei wirklichen Menschen kann der Unterschied größer sein.
what-if-dosing-answered = Insulin antwortete auf die Änderung nach einer beschriebenen Regel; die Pumpe dieser Person hätte anders gehandelt.
what-if-exercise-from-prior = Wie Bewegung wirkt, stammt aus veröffentlichten Studien, nicht aus den Daten dieser Person.
what-if-unexplained-left-out = Was weggelassen ist, kann nicht aufgezeichnetes Essen, Insulin oder Bewegung sein, Stress oder Krankheit, ein Fehler des Sensors oder eine Wirkung, die der Zwilling falsch einschätzt: Welches davon, ist daran nicht zu erkennen.
what-if-composition-from-prior = Wie Eiweiß, Fett und Ballaststoffe wirken, stammt aus veröffentlichten Studien, nicht aus den Daten dieser Person.
what-if-product-from-prior = Wie das andere Insulin aufgenommen wird, stammt aus veröffentlichten Studien, nicht aus den Daten dieser Person.
what-if-beyond-record = Eine Mahlzeit oder Dosis ist größer als jede aufgezeichnete; der Zwilling geht über das hinaus, was er gesehen hat.
what-if-below-validated = Mit dieser Änderung kommt das Modell unter 54 mg/dL (3,0 mmol/L), wo es am wenigsten verlässlich ist.
what-if-uncertainty = Die Bänder kommen von der Unsicherheit des Zwillings über Insulin und Essen; was sonst geschah, ist in beiden Kurven gleich gehalten.
what-if-limits = Ein Was-wäre-wenn ist die Rechnung eines Modells, in der anderes Insulin bleibt, wie es aufgezeichnet ist; es ist keine Anweisung zur Dosierung.
what-if-unexplained-ahead = Von den kommenden Stunden ist nichts Unerklärtes bekannt; frag nach einem vergangenen Tag.
what-if-no-change = Nichts ist geändert.
what-if-no-change-hint = Sag, was anders sein soll.

## How a twin fits

fit-not-converged = Die Anpassung war noch nicht zur Ruhe gekommen, als sie beendet wurde; nimm jede Antwort mit Vorsicht.
fit-chains-disagree = Die Ketten der Stichprobe widersprechen sich (R-Dach über 1,05); ziehe mehr.
fit-few-effective-draws = Die Ziehungen sind weniger als 100 unabhängige wert; ziehe mehr.
fit-divergences = Mehr als 2 % der Übergänge brachen aus; es gibt Ecken, die nicht erreicht wurden.
fit-no-insulin = Es ist kein Insulin aufgezeichnet; die übliche Tagesmenge nach Gewicht steht dafür ein, und nur der Zucker sagt etwas aus.
fit-few-readings = Weniger als 24 Werte am Tag: ohne Sensor sind die Bänder weit, und die meisten Größen sind die der Allgemeinheit.
fit-predictions-too-sure = Weniger als 80 % der Werte der gelernten Tage lagen im 90-%-Band des nächsten Werts.
fit-predictions-too-unsure = Mehr als 98 % der Werte der gelernten Tage lagen im 90-%-Band des nächsten Werts.
fit-many-gaps = Mehr als 30 % der Sensorwerte fehlen.
fit-basal-unknown = Die Basalrate ist für mehr als ein Fünftel der Zeit nicht aufgezeichnet; die übliche Rate steht dafür ein.
fit-parameters-uninformed = Über einige Größen sagten die Daten nichts; sie sind die der Allgemeinheit.
fit-prior-conflict = Einige Größen liegen weit vom Üblichen; die Aufzeichnungen sind vielleicht unvollständig, oder die Automatik der Pumpe verbirgt sie.
fit-no-days = Vom { $start } bis zum { $end } gibt es nichts zu lernen.

## Alarms

alarm-urgent-low-soon-title = Gleich gefährlich niedrig
alarm-urgent-low-soon-why = Der Zucker ist { $glucose } { $unit } und kann in { $horizon } min unter { $limit } fallen.
alarm-urgent-low-soon-now = Der Zucker ist { $glucose } { $unit }, unter { $limit }.
alarm-low-title = Niedrig
alarm-low-why = Der Zucker ist { $glucose } { $unit }; die Grenze ist { $limit }.
alarm-predicted-low-title = Tief in Sicht
alarm-predicted-low-why = Der Zucker ist { $glucose } { $unit }; in { $horizon } min kann ein Tief unter { $limit } beginnen.
alarm-stale-data-title = Keine neuen Werte
alarm-stale-data-why = Der neueste Wert ist { $age } min alt.
alarm-stale-data-never = Es gibt keinen Wert.
alarm-pump-site-title = Insulin kommt vielleicht nicht an
alarm-pump-site-why = Der Zucker ist seit { $minutes } min hoch (jetzt { $glucose } { $unit }), obwohl als Bolus oder von der Pumpe selbst { $insulin } IE gegeben wurden, und nichts Aufgezeichnetes erklärt es.
alarm-pump-site-ketones = Der Zucker ist seit { $minutes } min hoch (jetzt { $glucose } { $unit }), obwohl { $insulin } IE gegeben wurden, und die Ketone im Blut sind { $ketone } mmol/L.
alarm-high-title = Hoch
alarm-high-why = Der Zucker ist { $glucose } { $unit }; die Grenze ist { $limit }.
alarm-missed-bolus-title = Bolus vergessen?
alarm-missed-bolus-why = Vor { $since } min wurden { $carbs } g ohne Bolus eingetragen; von den Mahlzeiten der letzten zwei Wochen hatten { $dosed } % einen.
alarm-unexplained-rise-title = Anstieg ohne Grund
alarm-unexplained-rise-why = Etwas, das nicht aufgezeichnet ist, hob den Zucker um etwa { $rise } { $unit } in { $minutes } min; er ist jetzt { $glucose }.
alarm-predicted-high-title = Hoch in Sicht
alarm-predicted-high-why = Der Zucker ist { $glucose } { $unit }; in { $horizon } min kann ein Hoch über { $limit } beginnen.

## Changes

change-scale-bolus = { $percent } % { $direction ->
    [more] mehr
   *[less] weniger
} Insulin im Bolus von { $clock }
change-shift-bolus = Bolus von { $clock } { $minutes } min { $direction ->
    [earlier] früher
   *[later] später
} gegeben
change-shift-meal-boluses = Jeder Bolus zum Essen { $minutes } min { $direction ->
    [earlier] früher
   *[later] später
} gegeben
change-no-meal-bolus = Kein aufgezeichneter Bolus liegt innerhalb von 45 Minuten um eine Mahlzeit, daher kann keiner früher oder später gegeben werden.
change-no-meal-bolus-hint = Auch Mahlzeiten einlesen, oder eine andere Möglichkeit wählen.
therapy-how-many = Ein Vergleich nimmt eine bis { $most } Möglichkeiten.
therapy-no-change = Die Möglichkeit „{ $name }“ ändert nichts.
therapy-no-change-hint = Eine andere Basalrate, einen anderen KE-Faktor, Korrekturfaktor, ein anderes Insulin, eine andere Zeit oder einen Algorithmus angeben.
therapy-progress = Die Tage werden nachgespielt, Möglichkeit { $number } von { $count }
therapy-two-dosings = Die Dosierung kann nicht zugleich im Verhältnis und durch Einstellungen oder einen Algorithmus antworten; eines weglassen.
change-add-bolus = Ein Bolus von { $insulin } IE um { $clock }
change-scale-meal = { $percent } % { $direction ->
    [more] mehr
   *[less] weniger
} Essen in der Mahlzeit von { $clock }
change-shift-meal = Mahlzeit von { $clock } { $minutes } min { $direction ->
    [earlier] früher
   *[later] später
} gegessen
change-leave-out-unexplained = ohne das, was keine Aufzeichnung erklärt
change-add-meal = { $carbs } g Kohlenhydrate um { $clock }
change-add-fast-carbs = { $carbs } g schnelle Kohlenhydrate um { $clock }
change-scale-basal = { $percent } % { $direction ->
    [more] mehr
   *[less] weniger
} Basalinsulin
change-add-exercise = { $minutes } min Bewegung mit { $percent } % der größten Kraft um { $clock }
change-remove-exercise = Bewegung von { $clock } weggelassen
change-split-bolus = { $percent } % des Bolus von { $clock } sofort, der Rest über { $minutes } min
change-algorithm = Alles Insulin, wie der Dosieralgorithmus { $algorithm } es gibt; Mahlzeiten angesagt wie aufgezeichnet
change-answer = Insulin antwortet auf das, was die Änderung bewirkt, im Verhältnis, innerhalb von { $minutes } min
change-product = { $product } statt des aufgezeichneten Insulins zum Essen
change-enrich-meal = Mahlzeit von { $clock } mit mindestens { $fibre } g Ballaststoffen und { $protein } g Eiweiß
change-composition = Mahlzeit von { $clock } mit { $protein ->
    [as-recorded] Eiweiß wie aufgezeichnet
   *[other] { $protein } g Eiweiß
}, { $fat ->
    [as-recorded] Fett wie aufgezeichnet
   *[other] { $fat } g Fett
}, { $fibre ->
    [as-recorded] Ballaststoffen wie aufgezeichnet
   *[other] { $fibre } g Ballaststoffen
}

## The service

now-no-reading = Es gibt noch keine Werte.
now-stale = Der letzte Wert war { $glucose } mg/dL, vor { $age } Minuten: das ist zu alt, um zu sagen, wie es jetzt ist.
now-reading = Der Zucker ist { $glucose } mg/dL und { $trend }.
now-trend-unknown = sein Verlauf ist nicht bekannt
now-trend-steady = gleichbleibend
now-trend-rising = steigt
now-trend-rising-fast = steigt schnell
now-trend-falling = fällt
now-trend-falling-fast = fällt schnell
now-forecast-over = Die letzte Vorhersage ist vorbei, und ohne einen neuen Wert gibt es keine andere.
now-risk-none = In den nächsten zwei Stunden ist weder ein Tief noch ein Hoch über 250 mg/dL wahrscheinlich.
now-risk-low = Ein Tief unter 70 mg/dL in den nächsten zwei Stunden ist zu { $chance } % wahrscheinlich, in etwa { $minutes } Minuten.
now-risk-high = Ein Hoch über 250 mg/dL in den nächsten zwei Stunden ist zu { $chance } % wahrscheinlich, in etwa { $minutes } Minuten.
days-too-many = { $days } Tage können nicht auf einmal gezeigt werden; höchstens { $longest }.
living-no-event = Es gibt keine Einträge namens { $stream }.
living-bad-event = Das sind nicht die Angaben eines Eintrags von { $stream }.
living-bad-cursor = Diese Stelle der Liste gibt es nicht; fang wieder von vorn an.
living-no-correction = Unter dem, was Importe geändert haben, gibt es diesen Schritt nicht.
living-correction-lost = Der Eintrag ist nicht mehr so, wie dieser Schritt ihn hinterließ; sein ursprünglicher Wert lässt sich nicht verwenden.
living-correction-lost-hint = Nimm den Eintrag heraus, oder importiere die Datei noch einmal.
living-future = Die Zeit { $time } liegt in der Zukunft.
living-long-ago = Die Zeit { $time } liegt vor allem, was bekannt sein kann.
living-future-hint = Prüfe die Uhr des Geräts, das sie geschickt hat.
living-no-twin = Von dieser Person gibt es noch keinen Zwilling.
living-no-twin-hint = Bitte um eine Anpassung, wenn es ein bis zwei Wochen Werte, Insulin und Mahlzeiten gibt.
living-twin-exists = Von dieser Person gibt es schon einen Zwilling.
living-twin-changed = Inzwischen ist eine andere Version des Zwillings entstanden; diese ist verworfen.
living-frozen = Der Zwilling ist eingefroren: er bleibt, wie er ist.
living-frozen-hint = Die Person kann ihn weiterlernen lassen.
living-no-consent = Die Person willigt nicht in einen Zwilling ein.
living-fit-asked = gewünscht
living-no-alarm = Es gibt keinen Alarm namens { $name }.
living-no-carer = Nur wer diesem Menschen als Begleitung folgt, kann benachrichtigt werden, wenn ein Alarm anhält. Bitte erst als Begleitung hinzufügen.
service-invalid = Die Anfrage hat nicht die erwartete Form.
service-too-many = Zu viele Anfragen.
service-wait = Warte { $seconds } s.
service-too-large = Die Anfrage ist größer, als sie sein darf.
service-internal = In GlucoTwin selbst ging etwas schief.
service-not-signed-in = Niemand ist angemeldet.
service-sign-in-refused = Es gibt kein Konto mit diesem Anmeldenamen und Passwort.
service-registration-closed = Neue Konten macht, wer diese Installation betreibt.
service-no-demo = Diese Installation ist keine Vorführung.
service-no-machine = Ein Token darf das nicht; melde dich an.
service-no-scope = Das Token hat das Recht „{ $scope }“ nicht.
service-csrf = Die Anfrage wiederholt das X-CSRF-Token der Sitzung nicht.
service-window-too-long = Höchstens { $days } Tage auf einmal.
service-algorithm-replays = Ein Dosieralgorithmus kann nur über vergangene Stunden gefragt werden: mit dem Modus replay.
service-replay-window = Ein Rückblick braucht Anfang und Ende.
service-erase-confirm = Wiederhole zum Löschen die Kennung der Person.
service-no-page = Diese Seite gibt es nicht.
service-no-dashboard = Der Dienst läuft; diese Installation ist ohne ihre Oberfläche gebaut. Die Schnittstelle liegt unter /api/v1.
service-pseudonym = Person { $name }
demo-account-person = Vorführung
demo-account-clinician = Klinik der Vorführung
demo-person = Person der Vorführung
demo-person-type-2 = Erfundene Person, Typ 2
store-no-key = Zu diesen Daten gibt es keinen Schlüssel: sie sind gelöscht, oder der Ordner mit den Schlüsseln ist ein anderer.
store-role-not-allowed = Mit der Rolle { $role } geht das nicht.
store-consent-missing = Die Person hat hierin nicht eingewilligt: { $purpose }.
store-consent-missing-hint = Die Person kann unter „Einwilligung“ einwilligen und das jederzeit zurücknehmen.
store-no-person = Diese Person gibt es nicht.
store-no-account = Dieses Konto gibt es nicht.
store-no-member = Dieses Konto sieht die Person nicht.
store-no-token = Dieses Token gibt es nicht.
store-no-job = Diese Aufgabe gibt es nicht.
store-no-record = Diesen Eintrag gibt es nicht.
store-no-consent-version = Von diesem Text gibt es keine Fassung { $version }.
store-identity-taken = Diese Anmeldung gehört zu einem anderen Konto, oder das Konto hat dort schon eine andere.
store-no-identity = Das Konto ist nicht mit dem Anbieter verknüpft.
provider-none = Diese Installation hat keinen Anbieter zum Anmelden.
provider-refused = Der Anbieter hat diese Anmeldung nicht bestätigt.
provider-try-again = Beginne noch einmal auf der Anmeldeseite.
provider-unreachable = Der Anbieter der Anmeldung ist nicht zu erreichen.
provider-strange = Der Anbieter der Anmeldung antwortet etwas anderes, als er sollte.
provider-strange-hint = Wer diese Installation betreibt, muss den Aussteller mit dem vergleichen, was der Anbieter von sich sagt.
provider-no-end = Der Anbieter nennt keine Adresse zum Abmelden.
provider-last-way-in = Ohne diese Verknüpfung käme niemand mehr in das Konto: Es hat kein Passwort.
store-login-taken = Mit diesem Anmeldenamen gibt es schon ein Konto.
store-last-person = Jemand muss die Person dieses Zwillings bleiben.
consent-care-view-title = Betreuende und Fachleute, die ich nenne, sehen meine Daten
consent-care-view-text = Wen du als betreuende Person oder Fachkraft hinzufügst, darf deinen Zucker, Insulin, Mahlzeiten und das sehen, was der Zwilling sagt. Du kannst das hier für alle auf einmal beenden oder unter „Mitglieder“ für Einzelne.
consent-personal-twin-title = Aus meinen Daten entsteht ein Zwilling
consent-personal-twin-text = Der Dienst darf ein Modell deines Zuckers an deine Daten anpassen, es auf dem Laufenden halten und Vorhersagen, Alarme und Was-wäre-wenn damit zeigen. Er ist Forschungssoftware und kein Medizinprodukt.
consent-population-learning-title = Modelle für alle lernen aus meinen Daten
consent-population-learning-text = Deine Daten dürfen ohne Namen in das eingehen, was über viele Menschen zugleich gelernt wird. Was vor der Rücknahme gelernt ist, bleibt; neu gelernt wird aus deinen Daten nichts.
consent-research-export-title = Forschende sehen meine Daten ohne meinen Namen
consent-research-export-text = Wen du als Forschende hinzufügst, darf deine Daten ohne deinen Namen sehen und mitnehmen.
advice-none = Diesen Vorschlag gibt es nicht.
advice-decided = Über diesen Vorschlag ist schon anders entschieden.
advice-nobody = ein gelöschtes Konto
advice-outside = Der Wert muss zwischen { $low } und { $high } { $unit } liegen.
advice-hours = Die Uhrzeiten müssen innerhalb eines Tages liegen, der Anfang vor dem Ende.
advice-present = Gib an, wie die Einstellung heute ist.
advice-no-comparison = Es gibt keinen beantworteten Vergleich mit der Möglichkeit „{ $name }“.
advice-large-step = Eine Einstellung wird höchstens um { $percent } % auf einmal geändert.
advice-large-step-hint = Schlage einen kleineren Schritt vor und sieh nach einigen Tagen wieder nach.
advice-at-hours = { $words } (von { $start } bis { $end })
advice-carb-ratio = Kohlenhydratfaktor: { $value } g je Einheit statt { $present }
advice-correction-factor = Korrekturfaktor: { $value } mg/dL je Einheit statt { $present }
advice-basal = Basalrate: { $value } E/h statt { $present }
advice-rescue-carbs = { $value } g schnelle Kohlenhydrate, wenn eine Unterzuckerung naht
advice-meal-lead = Insulin { $value } Minuten vor dem Essen
advice-walk = { $value } Minuten spazieren gehen
advice-medicines = Ab { $day }: { $changes }
advice-medicine-start = { $medicine } beginnen ({ $after })
advice-medicine-stop = { $medicine } absetzen
advice-medicine-raise = { $medicine } von { $before } auf { $after } erhöhen
advice-medicine-lower = { $medicine } von { $before } auf { $after } senken
advice-medicine-day = { $dose } { $unit } am Tag
advice-medicine-week = { $dose } { $unit } in der Woche
advice-medicine-titrated = nach Nüchternglukose
advice-medicines-same = Der Plan ändert nichts, also gibt es nichts vorzuschlagen.
advice-medicines-day = Ein Plan beginnt am Tag des letzten Besuchs ({ $first }) oder innerhalb von { $days } Tagen danach; später ist erst ein neuerer Besuch anzugeben.
advice-medicines-unknown = Der Zwilling kennt für diese Besuche keinen Plan „{ $plan }“; schlag einen aus seiner Antwort vor.
advice-plan-missing = Medikamente werden als Plan vorgeschlagen, mit der Frage, aus der er kommt.
advice-value-missing = Gib den Wert an, der vorgeschlagen wird.
setting-none-on-record = Für diese Tage sind kein Kohlenhydratfaktor und kein Korrekturfaktor bekannt.
setting-none-on-record-hint = Importiere die Einstellungen der Pumpe oder gib sie von Hand ein.
setting-basal = Basalrate
setting-long-acting = Langwirksames Insulin
setting-long-acting-value = { $units } E am Tag
setting-carb-ratio = Kohlenhydratfaktor
setting-correction-factor = Korrekturfaktor
setting-target = Zielwert
setting-duration = Wirkdauer des Insulins
setting-at = { $name } { $start }–{ $end }
refusal-no-envelope = Für diese Person hat niemand Grenzen unterschrieben.
refusal-other-person = Die Grenzen wurden für jemand anderen unterschrieben.
refusal-expired = Die unterschriebenen Grenzen endeten am { $until }.
refusal-not-yet-valid = Die unterschriebenen Grenzen gelten noch nicht.
refusal-altered = Die Grenzen wurden nach der Unterschrift verändert.
refusal-no-reading = Es gibt keinen Glukosewert.
refusal-data-too-old = Der neueste Wert ist { $age } min alt; mehr als { $oldest } min ist zu alt für einen Rat zu Insulin.
refusal-sensor-warm-up = Der Sensor läuft noch ein.
refusal-suspected-artefact = Die neuesten Werte sind vielleicht falsch ({ $what }).
artefact-compression-low = Druck auf den Sensor
artefact-sensor-jump = ein Sprung nach dem Start des Sensors
artefact-stuck-sensor = ein hängender Sensor
artefact-sudden-change = eine plötzliche Änderung
refusal-low-now = Die Glukose ist niedrig: behandle zuerst die Unterzuckerung.
refusal-falling = Die Glukose fällt, oder es ist nicht bekannt, wohin sie geht: jetzt keine Korrektur.
refusal-step-too-large = Eine Einstellung ({ $kind }) würde sich um mehr als { $percent } % auf einmal ändern.
refusal-outside-limits = Eine Einstellung ({ $kind }) läge außerhalb der unterschriebenen { $low } bis { $high }.
refusal-max-bolus = { $units } E sind mehr als die größte unterschriebene Dosis, { $most } E.
refusal-max-daily-change = Das Insulin eines üblichen Tages würde sich um { $percent } % ändern, mehr als unterschrieben.
refusal-very-low-likely = Glukose unter 54 mg/dL wäre zu wahrscheinlich ({ $percent } %).
refusal-ketones = Ketone: es gelten die Regeln für Krankheitstage, nicht dieser Rat.
refusal-not-a-number = Ein Wert ist keine Zahl.
envelope-bad-limit = Die Grenze { $name } ist keine Zahl ab 0, oder ihr Bereich ist leer.
envelope-laxer = { $name } darf strenger sein als { $value }, nicht lockerer.
envelope-laxer-hint = Weglassen, um die Vorgabe zu nehmen.
envelope-unsigned = Grenzen brauchen, wer sie unterschreibt und warum.
envelope-lasts = Grenzen enden nach der Unterschrift, höchstens { $days } Tage danach.
envelope-exists = Die Datei { $path } gibt es schon.
envelope-none = Es gibt keine Grenzen { $path }.
envelope-unreadable = { $path } enthält keine Grenzen.
envelope-schema = Das sind keine Grenzen im Format { $schema }.
envelope-signed = Unterschrieben von { $name } für { $person } bis { $until }: { $path }
envelope-at-once = Jemand anderes hat in diesem Moment Grenzen unterschrieben. Sieh sie zuerst an.
envelope-not-stored = Diese unterschriebenen Grenzen gibt es nicht.
envelope-ended = Diese Grenzen waren schon zu Ende.
doubt-few-days = Zu wenige Tage mit den heutigen Einstellungen ({ $days }); mindestens eine Woche ist nötig.
doubt-little-wear = Der Sensor wurde zu wenig getragen: nötig sind Werte für 70 % der Zeit.
doubt-few-meals = Zu wenige Mahlzeiten mit einer Dosis.
doubt-few-corrections = Zu wenige Dosen ohne Mahlzeit.
doubt-posterior-as-prior = Der Zwilling weiß von dieser Person kaum mehr als von irgendjemandem.
doubt-no-better = Kein kleiner Schritt innerhalb der Grenzen dient besser als die heutigen Einstellungen.
doubt-not-sure = Es gibt Schritte, die im Mittel besser dienen, aber in zu wenigen Ziehungen des Zwillings.
advise-stage-days = Die Tage werden gelesen
advise-stage-replay = Die Tage werden mit anderen Einstellungen nachgespielt
advise-algorithm-doses = Ein Algorithmus gibt das Insulin dieser Person; zu dessen Einstellungen gibt es hier keinen Rat.
advise-algorithm-doses-hint = Vergleiche stattdessen Therapien: glucotwin whatif compare mit algorithm=loop oder dosing=proportional.
advise-type-1-only = Rat zu Einstellungen gibt es für Typ-1-Diabetes.
advise-settings-title = Rat zu Einstellungen für { $person }: { $days } Tage nachgespielt bis { $moment }
advise-settings-none = Es wird nichts geraten.
advise-settings-today = heute
advise-settings-advised = geraten
advise-settings-uncertainty = Erwartete Werte über Ziehungen des Zwillings und Tage, mit 90-%-Intervallen des Unterschieds; Zählfehler und Unterschiede zwischen Tagen sind eingerechnet.
advise-settings-limits = Forschungssoftware: ein Vorschlag, den Behandelnde prüfen und unterschreiben, nicht zum Dosieren für sich allein. Wie richtig er bei virtuellen Personen war, steht auf der Seite zu Rat.
advise-why-basal = { $setting }: Die Glukose lag bei { $median } (Median), { $low } % der Zeit unter { $floor } und { $high } % über { $ceiling } { $unit }. Diese Änderung allein: { $in_range } Punkte Zeit im Zielbereich, { $below } unter { $floor }.
advise-why-dose = { $setting }: { $count ->
        [one] eine Dosis
       *[other] { $count } Dosen
    } in diesen Stunden; die Glukose lag bei { $median } (Median), { $low } % der Zeit unter { $floor } und { $high } % über { $ceiling } { $unit }. Diese Änderung allein: { $in_range } Punkte Zeit im Zielbereich, { $below } unter { $floor }.
advise-certainty = In { $percent } % der Ziehungen des Zwillings geht es der Person besser.
advise-alternatives = Andere Pläne innerhalb der Grenzen
advise-alternative = { $name }: { $in_range } Punkte Zeit im Zielbereich, { $below } unter { $floor } ({ $moved }).
advise-plan-balanced = ausgewogen
advise-plan-fewer-lows = weniger Unterzuckerungen
advise-plan-more-in-range = mehr Zeit im Zielbereich
advise-plan-smaller-balanced = halbe Schritte
advise-plan-smaller-fewer-lows = halbe Schritte, weniger Unterzuckerungen
advise-plan-smaller-more-in-range = halbe Schritte, mehr Zeit im Zielbereich
advise-thin = Zu { $setting } wird nichts gesagt: { $why }
advise-titration = Langwirksames Insulin nach der Tabelle der Leitlinie, nachgeschlagen und nicht errechnet: { $change }. Sie geht nach der Glukose von 5 bis 7 Uhr ({ $glucose }, { $mornings } Morgen: ihr Median, oder der tiefste, wo einer zu tief war). { $source }
advise-titration-keep = Dosis lassen
advise-titration-more = { $percent } % mehr
advise-titration-less = { $percent } % weniger
advise-habit = Mahlzeitenboli { $minutes } min früher, mit den heutigen Einstellungen: { $in_range } Punkte Zeit im Zielbereich, { $below } unter { $floor }.
advise-plot-title = Ein üblicher Tag von { $person }: heutige und geratene Einstellungen
advise-now-uncertainty = Anteile sind über die Verläufe der Vorhersage erwartet; was ein Schritt bewirkt, kommt aus dem Mechanismus, gezogen über das, was von der Person bekannt ist.
advise-now-limits = Forschungssoftware: damit Behandelnde und Forschende urteilen, nicht zum Dosieren für sich allein. Bei virtuellen Menschen war sie nicht besser als ein Bolusrechner, ihre Korrekturen waren zu klein, und sie sah die Hälfte der Unterzuckerungen voraus.
now-title = Rat für { $person }, { $moment }: { $kind }
now-reason = Damit bleiben voraussichtlich { $range } % der nächsten fünf Stunden im Ziel und { $below } % unter { $limit }; ohne etwas zu tun { $rangenothing } % und { $belownothing } %. Angenommen ist, dass Unterzuckerungen behandelt werden, wenn sie kommen.
now-reason-nothing = Von allem, was infrage kommt, wird nichts anderes mehr bringen: { $range } % der nächsten fünf Stunden im Ziel, { $below } % unter { $limit }. Angenommen ist, dass Unterzuckerungen behandelt werden, wenn sie kommen.
moment-open = Niemand hat gemeldet, dass dies getan wurde.
moment-waiting = Seine Stunden sind noch nicht vorbei.
moment-followed = Seine Stunden sind vorbei.
moment-few-readings = Werte decken { $percent } % dieser Stunden; um zu sagen, was daraus wurde, braucht es mindestens { $least } %.
moment-other-schema = Das ist kein Rat zu einem Moment in der Form { $schema }.
moment-none = Diesen Rat gibt es nicht.
moment-taken = Dass dies getan wurde, ist schon festgehalten.
moment-no-option = Dieser Rat hat keine Möglichkeit { $option }.
moment-refused = Diese Möglichkeit wurde abgelehnt und wird nicht weiterverfolgt. Was getan wurde, gehört ins Tagebuch.
moment-done-when = Es muss zwischen { $start } und { $end } getan worden sein: später passt die Vorhersage nicht mehr.
moment-one-question = Eines auf einmal: eine Mahlzeit, Bewegung oder eine Korrektur.
now-kind-meal = eine Mahlzeit
now-kind-correction = eine Korrektur
now-kind-missed-bolus = eine Mahlzeit ohne ihre Dosis
now-kind-low-ahead = eine nahende Unterzuckerung
now-kind-exercise = geplante Bewegung
now-situation = Glukose { $glucose } vor { $age } min, { $trend } { $unit } je min; { $units } E schnelles Insulin wirken noch.
now-chosen = Geraten: { $step }
now-calculator = Der Rechner sagt { $units } E.
now-nothing = nichts
now-none = Es kann nichts geraten werden: was geprüft wurde, ist aus den Gründen unten abgelehnt.
now-carbs = { $grams } g schnelle Kohlenhydrate
now-basal = Basalrate auf { $percent } % für { $minutes } min
now-dose = { $units } E
now-dose-lead = { $dose }, { $minutes } min vor dem Essen
now-dose-split = { $dose }, { $percent } % jetzt und der Rest über { $minutes } min
now-column-lowest = tiefste
now-column-highest = höchste
now-column-in-range = im Ziel %
now-column-low = unter 70 %
now-column-high = über 180 %
now-refused = { $steps }: { $why }
now-may-not = abgelehnt
now-caption = Tiefster und höchster Median der nächsten fünf Stunden in { $unit }; erwartete Anteile dieser Zeit. Die beste Möglichkeit zuerst, Abgelehntes zuletzt.
sick-day-bad-ketones = Ketone sind eine Zahl ab 0, in mmol/l.
sick-day-emergency = Die Ketone sind ein Notfall: ruf jetzt Hilfe und geh in die nächste Notaufnahme. Warte auf keine Vorhersage.
sick-day-high-with-ketones = Ketone bei hoher Glukose: die Leitlinie gibt zusätzliches schnelles Insulin, siehe die Tabelle deiner Praxis; miss in { $hours } h wieder und ruf dein Diabetesteam an, wenn die Ketone bei 1,0 mmol/l oder mehr bleiben. Setze Insulin nie ab.
sick-day-ketones-without-high = Ketone ohne hohe Glukose: ruf dein Diabetesteam wegen der Dosen an; miss in { $hours } h wieder. Setze Insulin nie ab.
sick-day-some-ketones-high = Etwas Ketone bei hoher Glukose: zusätzliches schnelles Insulin nach deiner eigenen Tabelle, und ruf im Zweifel dein Diabetesteam an; miss in { $hours } h wieder. Setze Insulin nie ab.
sick-day-some-ketones = Etwas Ketone: trink, und miss Glukose und Ketone in { $hours } h wieder. Setze Insulin nie ab.
sick-day-no-ketones = Kaum Ketone: miss sie alle { $hours } h, solange du krank bist. Setze Insulin nie ab.
sick-day-source = Die Regel ist nachgeschlagen, nicht berechnet: { $source } ({ $day }).
lifestyle-title = Was Gewohnheiten für { $person } bewirkt hätten: { $days ->
    [one] ein Tag
   *[other] { $shown } Tage
} bis { $moment }
lifestyle-walk = 20 min spazieren gehen, eine halbe Stunde nach dem { $part }
lifestyle-smaller = { $part } um 30 % kleiner, mit der Dosis
lifestyle-fibre = { $part } mit mindestens 10 g Ballaststoffen und 25 g Eiweiß
lifestyle-earlier-bolus = Mahlzeitenboli 15 min früher
lifestyle-part-breakfast = Frühstück
lifestyle-part-lunch = Mittagessen
lifestyle-part-dinner = Abendessen
lifestyle-column-in-range = Zeit im Zielbereich, Punkte
lifestyle-column-low = unter { $floor } { $unit }, Punkte
lifestyle-column-mean = Mittel, { $unit }
lifestyle-caption = Erwartete Unterschiede zu den Tagen, wie sie waren, mit 90-%-Intervallen über Ziehungen des Zwillings und über Tage; sortiert nach der Zeit im Zielbereich abzüglich der Zeit unter { $floor } { $unit }. Unterzucker wird behandelt, wie er kommt; alle anderen Dosen bleiben.
lifestyle-sentence = { $habit }, { $occasions ->
    [one] bei einer Mahlzeit
   *[other] bei { $occasions } Mahlzeiten
} in { $days ->
    [one] einem Tag
   *[other] { $shown } Tagen
}: Zeit im Zielbereich { $range } Punkte (90 %: { $range-low } bis { $range-high }), unter { $floor } { $unit } { $lows } Punkte ({ $lows-low } bis { $lows-high }), Mittel { $mean } { $unit } ({ $mean-low } bis { $mean-high }). Besser als die Tage, wie sie waren, in { $tenths } von 10 Ziehungen.
lifestyle-composition-assumed = Was diese Mahlzeiten außer Kohlenhydraten enthielten, ist nicht aufgeschrieben: Übliches ist angenommen.
lifestyle-below-validated = Mit dieser Gewohnheit kommt das Modell unter 54 mg/dL (3,0 mmol/L), wo es am wenigsten verlässlich ist.
lifestyle-caution-of = { $habits }: { $caution }
lifestyle-uncertainty = Die Intervalle kommen von dem, was der Zwilling über Insulin, Essen und Gehen nicht weiß, von dem, was von Mal zu Mal anders ist, und davon, welche Tage es waren.
lifestyle-limits = Was Gewohnheiten bewirkt hätten, hat ein Modell errechnet: Unterzucker wird behandelt, wie er kommt, alles andere Insulin bleibt, wie es aufgezeichnet ist. Bei virtuellen Menschen half die erste Gewohnheit der Liste nicht mehr als ein Spaziergang nach der größten Mahlzeit, und ob kleinere Mahlzeiten helfen, war in der Hälfte der Fälle richtig gesagt. Es ist keine Anweisung zur Dosierung.
lifestyle-no-insulin = Gewohnheiten, die eine Dosis ändern, werden diesem Konto nicht gezeigt.
lifestyle-progress = Gewohnheiten werden versucht
lifestyle-progress-habit = Die Tage werden nachgespielt, Gewohnheit { $number } von { $count }
lifestyle-none = In diesen Tagen sind keine Mahlzeiten aufgeschrieben.
follow-up-before = davor
follow-up-after = seither
follow-up-few-days = Nur { $days } Tage { $when } haben genug Werte; { $least } sind nötig.
follow-up-title = Was aus dem Rat wurde, für { $person }: { $before } Tage davor, { $after } Tage seit { $moment }
follow-up-column-achieved = erreicht
follow-up-column-predicted = vorhergesagt
follow-up-verdict-as-predicted = wie vorhergesagt
follow-up-verdict-less = weniger als vorhergesagt
follow-up-verdict-more = mehr als vorhergesagt
follow-up-caption = Unterschiede mit 90-%-Intervallen: erreicht über Tage (Bootstrap), vorhergesagt über Ziehungen des Zwillings. Niemand weiß, wie diese Tage ohne den Rat gewesen wären; was sich sonst änderte, steckt im Unterschied.
follow-up-unread = { $path } ist kein Rat mit einem Plan, wie advise settings --json ihn schreibt.
follow-up-no-plan = Der Rat in { $path } rät zu nichts, also gibt es nichts nachzuverfolgen.
follow-up-not-taken-up = In diesen Tagen ist keine Änderung der Einstellungen aufgezeichnet, also ist nicht bekannt, ob der Rat befolgt wurde. Wenn ja, sag seit wann: --from ZEIT.
follow-up-too-early = Die Tage seither beginnen am { $start }, bevor die Tage enden, aus denen der Rat entstand ({ $end }).
follow-up-too-early-hint = Die neuen Einstellungen müssen nach diesen Tagen begonnen haben.
follow-up-other-person = Der Rat galt { $person }, und diese Daten sind von jemand anderem.
follow-up-not-signed = Nur ein unterschriebener Vorschlag mit einer Antwort des Zwillings kann nachverfolgt werden.
follow-up-taken-settings = Seit { $day } ist eine Änderung der Einstellungen aufgezeichnet.
follow-up-unknown-settings = Seit der Unterschrift ist keine Änderung der Einstellungen aufgezeichnet, also ist nicht bekannt, ob der Rat befolgt wurde.
follow-up-unknown = Nichts Aufgezeichnetes sagt, ob der Rat befolgt wurde.
follow-up-medicines-yes = Die Medikamente sind so aufgezeichnet, wie es unterschrieben wurde.
follow-up-medicines-partly = Die Medikamente sind zum Teil so aufgezeichnet, wie es unterschrieben wurde.
follow-up-medicines-no = Aufgezeichnet sind die Medikamente anders, als es unterschrieben wurde.
follow-up-medicines-unknown = Keine aufgezeichnete Dosis sagt, ob der Rat befolgt wurde; es ist nicht bekannt.
follow-up-medicines-waiting = Seit { $day } ist weder ein HbA1c noch ein Gewicht aufgezeichnet.
follow-up-medicine-seen = { $medicine }: aufgezeichnet seit { $day } ({ $dose })
follow-up-medicine-gone = { $medicine }: nicht mehr aufgezeichnet
follow-up-medicine-unknown = { $medicine }: seither nicht aufgezeichnet
course-missing = Vor der ersten Unterschrift steht der kurze Kurs „Einen Zwilling lesen“.
course-missing-hint = Er steht auf der Seite „Praxis“ und dauert etwa fünf Minuten.
course-old = Der Kurs hat sich inzwischen geändert.
course-old-hint = Lies ihn noch einmal und beantworte die Fragen neu.
course-model-title = Ein Zwilling ist ein Modell, nicht die Person
course-model-text = Der Zwilling besteht aus Gleichungen mit Zahlen, die an Messwerte, Insulin und Mahlzeiten dieser Person angepasst sind. Was nicht aufgezeichnet wurde, etwa eine Mahlzeit ohne Eintrag, eine Krankheit oder ein undichter Katheter, kennt er nicht. Er erklärt das Geschehene dann mit dem Falschen.
course-band-title = Das Band sagt, wie sicher er ist, nicht was ungefährlich ist
course-band-text = Ein ehrliches 90-%-Band enthält neun von zehn späteren Messwerten, einer von zehn liegt außerhalb, darüber oder darunter. Neben jeder Vorhersage steht, wie oft ihr Band bei dieser Person zuletzt gehalten hat. Hielt es seltener, als es sagt, vertraue ihm weniger.
course-informed-title = Manche Zahlen sind gelernt, andere angenommen
course-informed-text = Zu jeder Zahl sagt die Seite des Zwillings, wie viel davon aus den Daten dieser Person stammt. Wo das wenig ist, steht das in einer Bevölkerung Übliche. Zwei Zahlen können sich auch hintereinander verstecken: falsch geschätzte Kohlenhydrate sehen aus wie eine andere Empfindlichkeit für Insulin.
course-whatif-title = Ein Was-wäre-wenn vergleicht zwei Antworten desselben Zwillings
course-whatif-text = Der Unterschied zweier Kurven ist, was das Modell sagt, mit eigener Unsicherheit. An der Person ist er nicht erprobt. Fragen weit weg von dem, was die Person je getan hat, etwa die doppelte Dosis, beantworten allein die Gleichungen.
course-limits-title = Wofür er nicht taugt
course-limits-text = Der Zwilling ist Forschungssoftware und kein Medizinprodukt. Er ist nicht gemacht für Schwangerschaft, Krankheit oder die ersten Tage einer neuen Therapie. Eine Unterschrift ist das eigene Urteil der Fachkraft: kleine Schritte, ein Termin zum Nachsehen, und ein Gespräch mit der Person, bevor sich etwas ändert.
course-check-band-question = Die Vorhersage für 60 Minuten hat ein 90-%-Band von 80 bis 160 mg/dL. Was sagt es?
course-check-band-1 = Der Zucker wird zwischen 80 und 160 mg/dL liegen.
course-check-band-2 = Ist das Band ehrlich, liegt der Zucker etwa jedes zehnte Mal außerhalb.
course-check-band-3 = Eine Unterzuckerung ist unmöglich, weil 80 über 70 liegt.
course-check-informed-question = Die Seite des Zwillings sagt: 5 % des Kohlenhydratfaktors stammen aus den Daten der Person. Was folgt daraus?
course-check-informed-1 = Die Zahl ist vor allem die der Bevölkerung; über diese Person sagt sie wenig.
course-check-informed-2 = Die Zahl ist um 95 % falsch.
course-check-informed-3 = Der Kohlenhydratfaktor sollte um 5 % geändert werden.
course-check-whatif-question = Ein Was-wäre-wenn sagt: mit schwächerem Kohlenhydratfaktor 6 % mehr Zeit im Zielbereich (90 %: -2 bis 14). Was lässt sich sagen?
course-check-whatif-1 = Die Person gewinnt 6 % Zeit im Zielbereich.
course-check-whatif-2 = Die Änderung bewirkt nichts.
course-check-whatif-3 = Im Modell hilft sie eher, als dass sie schadet; kein Unterschied oder ein kleiner Verlust ist aber auch möglich.
course-check-limits-question = Die Person hat seit zwei Tagen einen Magen-Darm-Infekt. Der Zwilling legt eine andere Basalrate nahe. Was tust du?
course-check-limits-1 = Unterschreiben, weil der Zwilling den neuesten Messwerten folgt.
course-check-limits-2 = Nicht unterschreiben: Krankheit liegt außerhalb dessen, was der Zwilling kennt; danach wieder nachsehen.
course-check-limits-3 = Die Hälfte unterschreiben.

## Was langsam schlechter wird

watch-hba1c = HbA1c
watch-hba1c-steady = Der HbA1c steigt nicht um einen halben Prozentpunkt im Jahr oder mehr ({ $count } Werte in { $months } Monaten).
watch-hba1c-possible = Der HbA1c steigt vielleicht, um { $rate } Prozentpunkte im Jahr (90 %: { $low } bis { $high }; { $count } Werte in { $months } Monaten).
watch-hba1c-clear = Der HbA1c steigt um { $rate } Prozentpunkte im Jahr (90 %: { $low } bis { $high }; { $count } Werte in { $months } Monaten).
watch-time-in-range = Zeit im Zielbereich
watch-time-in-range-steady = Die Zeit im Zielbereich fällt nicht um fünf Punkte in zwölf Wochen oder mehr ({ $count } Wochen).
watch-time-in-range-possible = Die Zeit im Zielbereich fällt vielleicht, um { $rate } Punkte im Jahr (90 %: { $low } bis { $high }; { $count } Wochen).
watch-time-in-range-clear = Die Zeit im Zielbereich fällt, um { $rate } Punkte im Jahr (90 %: { $low } bis { $high }; { $count } Wochen).
watch-egfr = Nierenfunktion (eGFR)
watch-egfr-steady = Die eGFR fällt nicht um 5 ml/min/1,73 m² im Jahr oder mehr ({ $count } Werte in { $months } Monaten).
watch-egfr-possible = Die eGFR fällt vielleicht, um { $rate } ml/min/1,73 m² im Jahr (90 %: { $low } bis { $high }; { $count } Werte in { $months } Monaten).
watch-egfr-clear = Die eGFR fällt um { $rate } ml/min/1,73 m² im Jahr (90 %: { $low } bis { $high }; { $count } Werte in { $months } Monaten).
watch-acr = Albumin im Urin (ACR)
watch-acr-steady = Das Albumin/Kreatinin-Verhältnis verdoppelt sich nicht binnen eines Jahres ({ $count } Werte in { $months } Monaten).
watch-acr-possible = Das Albumin/Kreatinin-Verhältnis steigt vielleicht, um { $rate } Verdopplungen im Jahr (90 %: { $low } bis { $high }; { $count } Werte in { $months } Monaten).
watch-acr-clear = Das Albumin/Kreatinin-Verhältnis steigt, um { $rate } Verdopplungen im Jahr (90 %: { $low } bis { $high }; { $count } Werte in { $months } Monaten).
cds-title = Verläufe, die schlechter werden
cds-description = Sagt, wenn HbA1c, Zeit im Zielbereich, eGFR oder das Albumin/Kreatinin-Verhältnis langsam schlechter wird. Forschungssoftware, kein Medizinprodukt.
cds-unknown = Es gibt keinen Dienst { $name }.

## Die kommenden Jahre nach veröffentlichten Gleichungen

complications-not-advice = Veröffentlichte Gleichungen sagen etwas über Gruppen ähnlicher Menschen, nicht über das Schicksal eines einzelnen. Forschungssoftware, kein Medizinprodukt; kein Rat, eine Behandlung zu beginnen, zu ändern oder zu beenden.
prognosis-refusal-out-of-range = { $key } ist { $value }, und die Gleichung gilt von { $low } bis { $high }
prognosis-refusal-not-measured = { $key } wird gebraucht und ist nicht bekannt
prognosis-refusal-type-1 = die Gleichung gilt für Typ-2-Diabetes
prognosis-refusal-prior-cardiovascular-disease = die Gleichung meint ein erstes Ereignis, und { $key } nennt ein früheres
prognosis-refusal-prior-heart-failure = die Gleichung meint ein erstes Ereignis, und eine Herzschwäche besteht schon
prognosis-refusal-kidney-replacement = die Gleichung endet, wo Dialyse oder Transplantation beginnt
prognosis-refusal-severe-organ-damage = { $key } zeigt einen schweren Organschaden: solche Menschen haben ohne Punktwert ein sehr hohes Risiko (ESC 2023)
prognosis-refusal-region = die Gleichung ist für die Risikoregionen Europas geeicht, nicht für { $value }
prognosis-caution-hba1c = Der HbA1c kann bei diesem Menschen täuschen, und mit ihm, was daraus berechnet ist.
prognosis-caution-30-years = Das Risiko über 30 Jahre wird nur bis zum Alter von 59 genannt.
prognosis-caution-ukpds = Die Gleichungen stammen von Menschen mit Diagnose zwischen 1977 und 1991; mit heutiger Behandlung sind die Risiken meist niedriger. Nierenfunktion, Albumin im Urin, Rauchen, Vorhofflimmern und periphere arterielle Verschlusskrankheit bleiben, wie sie sind.
prognosis-caution-beyond-30-years = Der Verlauf reicht über 30 Jahre Diabetes hinaus, die längste Beobachtung der UKPDS.
## Risk scenarios

risk-running = Die Risikoszenarien laufen
risk-left-out = { $count } Arme wurden ausgelassen; der erste, weil: { $first }
risk-column-arm = Arm
risk-severity = Schwere { $severity }
risk-harm-hypoglycaemia = zu niedrig
risk-harm-hyperglycaemia = zu hoch
risk-harm-ketoacidosis = Ketoazidose
risk-arm-loop = Loop
risk-arm-no-loop = nur Einstellungen
risk-arm-loop-with-guardrails = Loop mit Leitplanken
risk-share = Prozent der Verläufe
risk-title = Schwere von { $arms } Verläufen
risk-other = { $folder } enthält einen anderen Lauf von Risikoszenarien.
risk-other-hint = Wähle einen anderen Ordner, oder wiederhole den Befehl, der ihn angelegt hat, um damit fortzufahren.
risk-no-folder = { $folder } ist schon da und enthält keinen Lauf von Risikoszenarien.
risk-no-folder-hint = Wähle einen anderen Ordner.
risk-column-hazard = Gefahr (Menschen mal Szenarien)
risk-column-lbgi = LBGI (Median)
risk-column-dkai = h mit zu wenig Insulin
risk-column-serious = % ernst
risk-column-changed = besser/schlechter
risk-column-verdict = Loop
risk-verdict-mitigates = mildert
risk-verdict-unclear = unklar
risk-verdict-worsens = verschlimmert
risk-hazard-baseline = nichts falsch ({ $trios })
risk-hazard-carbs = falsche oder fehlende Kohlenhydrateingabe ({ $trios })
risk-hazard-bolus = falscher oder fehlender Bolus ({ $trios })
risk-hazard-unknown-insulin = Insulin, das niemand vermerkt hat ({ $trios })
risk-hazard-missing-insulin = Insulin, das nicht ankommt ({ $trios })
risk-hazard-pump-accuracy = ungenaue Pumpe ({ $trios })
risk-hazard-settings = falsche Einstellungen ({ $trios })
risk-hazard-preset = Voreinstellung, zu stark oder zu schwach ({ $trios })
risk-hazard-no-loop = Loop aus, abgestürzt oder ungehört ({ $trios })
risk-hazard-other = anderes ({ $trios })

## Der geschlossene Regelkreis

loop-column-subject = Person
loop-column-basal-u-per-day = Basal E/Tag
loop-column-bolus-u-per-day = Bolus E/Tag
loop-column-long-acting-u-per-day = Langzeitinsulin E/Tag
loop-column-rescue-carbs-g-per-day = Notfall-KH g/Tag
loop-proposals = Vorgeschlagen, nicht gegeben: weniger Basal { $less_basal }-mal, mehr Basal { $more_basal }-mal, ein Bolus { $bolus }-mal, Kohlenhydrate { $carbs }-mal. Mit --automatic werden die Dosen gegeben.
loop-clamped = Grenzen außerhalb des Algorithmus haben { $clamped } von { $decisions } Entscheidungen geändert.
loop-figure-hours = Stunden seit Beginn
loop-figure-sensor = Sensor
loop-figure-glucose = Glukose
loop-figure-median = Median, 10–90 % der Personen
loop-figure-rate = Basalrate
loop-figure-bolus = Bolus
loop-figure-rescue = Kohlenhydrate gegen niedrige Werte
loop-figure-axis-glucose = Glukose ({ $unit })
loop-figure-axis-bolus = E je { $minutes } min

live-propose-title = { $algorithm } erwartet einen niedrigen Wert
live-propose-basal = Basalrate auf { $rate } E/h senken (läuft: { $running } E/h).
live-propose-carbs = { $grams } g schnelle Kohlenhydrate essen.
live-on-board = { $units } E im Körper
live-wants = gäbe { $rate } E/h und { $bolus } E
live-meal = Mahlzeit mit { $grams } g
live-replayed = jetzt gegeben, wie vor dem Ende aufgeschrieben
live-next = Warten auf { $time }
live-replay = Das Journal wird nachgespielt: { $percent } %
live-untold = Ein Vorschlag kam nicht an: { $why } Bei der nächsten Entscheidung wird es wieder versucht.
live-stopped = Angehalten. Derselbe Befehl macht weiter; das Journal in { $folder } enthält jede Dosis.
live-end = Mittel { $mean }, in 70–180 mg/dL { $in_range } %, unter 70 mg/dL { $below } %; { $basal } E Basal, { $bolus } E als Boli.

campaign-running = Die Vergleichsreihe läuft
campaign-progress = { $arm } läuft, { $hazard }
campaign-hazard = ## { $hazard }
campaign-hazards = Was sich für { $arm } ändert, gegenüber { $hazard }
campaign-change = { $mean } ({ $low } bis { $high })
campaign-other = { $folder } enthält eine andere Vergleichsreihe.
campaign-other-hint = Wähle einen anderen Ordner, oder wiederhole den Befehl, der ihn angelegt hat, um damit fortzufahren.
campaign-no-folder = { $folder } ist schon da und enthält keine Vergleichsreihe.
campaign-no-folder-hint = Wähle einen anderen Ordner.
campaign-ending = { $name } hat keine Endung, die sagt, was es werden soll.
campaign-ending-hint = Endungen dafür: { $endings }.
campaign-differences = Gegenüber { $arm }, je Person gepaart: Mittel und 95-%-Intervall
campaign-worst = Am wenigsten Zeit im Zielbereich
campaign-column-arm = Arm
campaign-column-hazard = Umstand
campaign-column-subject = Person
campaign-column-seed = Startwert
campaign-column-in-range = im Ziel %
campaign-column-zones = Zonen A, B %
loop-column-insulin-u-per-day = Insulin E/Tag
campaign-figure-time-below-54-pct = unter 54
campaign-figure-time-below-70-pct = unter 70
campaign-figure-time-in-range-pct = 70–180
campaign-figure-time-above-180-pct = über 180
campaign-figure-time-above-250-pct = über 250 mg/dl
campaign-figure-time = Prozent der Zeit
campaign-figure-lowest = niedrigste Glukose (2,5. Perzentil, mg/dl)
campaign-figure-highest = höchste Glukose (97,5. Perzentil, mg/dl)
campaign-report-title = Vergleich von Dosieralgorithmen
campaign-report-subtitle = { $arms } Algorithmen, { $people } virtuelle Personen, { $days ->
    [one] 1 Tag
   *[other] { $days } Tage
 }, { $hazards ->
    [one] unter einem Umstand
   *[other] unter { $hazards } Umständen
 }
campaign-report-banner = Virtuelle Personen in einer Simulation: Nichts davon ist ein Rat für einen Menschen.
campaign-report-overview = Zeit in den Bereichen
campaign-report-courses = Glukose nach der Uhr: Median und mittlere Hälfte
campaign-report-arms = Die Algorithmen
campaign-report-hazards = Was schiefgeht und was es bewirkt
campaign-report-grid = Gitter der Regelgüte
campaign-report-grid-note = Jeder Verlauf nach niedrigster und höchster Glukose (2,5. und 97,5. Perzentil; Magni 2008). A ist gut; bei B geht eine Seite zu weit; E versagt auf beiden.
campaign-report-limits = Was das nicht sagt
campaign-report-limit = Die Einstellungen virtueller Personen passen zu ihnen, solange die Vergleichsreihe sie nicht ändert, und ihre Körper sind einfacher als die von Menschen. Vergleiche die Arme; lies nicht ab, was jemand erreichen würde. Intervalle sind 95 % über die Personen dieser Kohorte (Student-t, je Person gepaart) und wissen nichts von Fehlern des Modells.
campaign-fact-body = Körper
campaign-fact-people = Personen
campaign-fact-days = Tage
campaign-fact-seeds = Startwerte
campaign-fact-devices = Sensor und Pumpe
campaign-alt-shares = Balken der Zeit unter, im und über dem Zielbereich für jeden Algorithmus; die Zahlen stehen in den Tabellen darunter.
campaign-alt-courses = Median der Glukose und ihre mittlere Hälfte nach der Uhr, ein Feld für jeden Algorithmus.
campaign-alt-shades = Eine Farbtafel: Zeilen sind Umstände, Spalten Algorithmen; die Zahlen stehen in den Tabellen darunter.
campaign-alt-grid = Punkte der niedrigsten und höchsten Glukose, einer für jeden Verlauf, mit den Grenzen der Zonen.
campaign-alt-worst = Glukose über die Tage der Verläufe mit { $arm }, die am wenigsten Zeit im Zielbereich haben.
campaign-shade-time-in-range-pct = Zeit in 70–180 mg/dl, %
campaign-shade-time-below-70-pct = Zeit unter 70 mg/dl, %
campaign-shade-time-above-250-pct = Zeit über 250 mg/dl, %
campaign-figure-days = Tage
## Devices

devices-column-kind = Art
devices-column-name = Name
devices-column-title = was es ist
devices-column-mard = veröffentlichte MARD
devices-column-fault = Fehler
devices-column-device = von
devices-column-size = Einheit der Größe
devices-column-bounds = Grenzen
device-finding-mard = mittlere absolute relative Abweichung (MARD)
device-finding-within-15 = innerhalb 15 mg/dL unter, 15 % ab der Grenze der Studie
device-finding-within-20 = innerhalb 20 mg/dL unter, 20 % ab der Grenze der Studie
device-finding-within-40 = innerhalb 40 mg/dL unter, 40 % ab der Grenze der Studie
device-finding-bias = mittlerer Fehler
device-finding-error-low = mittlerer absoluter Fehler bei Glukose unter 70 mg/dL
device-finding-error-target = MARD von 70 bis 180 mg/dL
device-finding-error-high = MARD über 180 mg/dL
device-finding-bias-low = mittlerer Fehler unter 70 mg/dL
device-finding-bias-target = mittlerer Fehler von 70 bis 180 mg/dL
device-finding-bias-high = mittlerer Fehler über 180 mg/dL
device-finding-mard-day-1 = MARD am ersten Tragetag
device-finding-mard-later = MARD an späteren Tagen
device-finding-memory = Korrelation der Fehler im Abstand von { $minutes } min bei einer Person
device-finding-delay = Verzögerung gegenüber Blut
device-finding-icgm-band = { $letter }: Werte { $where } innerhalb { $band }
device-finding-icgm-h = H: Werte unter 70 bei Glukose über 180 mg/dL
device-finding-icgm-i = I: Werte über 180 bei Glukose unter 70 mg/dL
device-finding-icgm-j = J: zeigt Anstieg über 1 bei Abfall über 2 mg/dL pro min
device-finding-icgm-k = K: zeigt Abfall über 1 bei Anstieg über 2 mg/dL pro min
device-finding-iso-within-15 = innerhalb 15 mg/dL unter, 15 % ab 100 mg/dL
device-finding-iso-zones = in den Zonen A und B des Consensus Error Grid
device-finding-delivery = Median der Abgabe in { $hours } h bei { $rate } E/h ({ $low } bis { $high })
device-finding-bolus = mittlere Abgabe eines Bolus von { $units } E ({ $low } bis { $high })
device-finding-occlusion-alarm = Zeit bei 1 E/h, bis ein völliger Verschluss bemerkt wird
device-finding-pen-missed = ausgelassene Dosen
device-finding-pen-doubled = doppelt genommene Dosen
device-finding-pen-unlogged = nicht aufgeschriebene Injektionen
device-finding-ketone-within = innerhalb 0,225 mmol/L unter, 20 % ab 1,5 mmol/L
device-finding-ketone-error = mittlerer absoluter Fehler
device-finding-tracker-missed = übersehene Bewegungseinheiten
device-finding-tracker-phantom = Einheiten am Tag, die es nie gab
device-finding-tracker-error = mittlerer absoluter Fehler der Anstrengung
device-range-low = unter 70 mg/dL
device-range-target = von 70 bis 180 mg/dL
device-range-high = über 180 mg/dL
device-range-everywhere = auf jeder Höhe
device-expected-near = { $published } (erfüllt innerhalb { $tolerance })
device-expected-above = Grenze über { $required }
device-expected-at-least = mindestens { $required }
device-expected-at-most = höchstens { $required }
device-expected-none = keine
device-expected-between = { $middle } ({ $low } bis { $high })
device-expected-range = { $low } bis { $high }
device-expected-assumed = angenommen { $assumed }
devices-validate-progress = Geräte werden gemessen
devices-validate-people = Die Menschen werden simuliert
devices-validate-device = { $name } wird gemessen
devices-validate-course = { $people } Menschen mit je { $each } Geräten über { $days } Tage: { $below } % der Zeit unter 70, { $above } % über 180 mg/dL.
devices-validate-column-device = Gerät
devices-validate-column-figure = Kennzahl
devices-validate-column-measured = gemessen
devices-validate-column-bound = 95-%-Grenze
devices-validate-column-expected = veröffentlicht oder verlangt
devices-validate-column-verdict = Urteil
devices-validate-column-met = erfüllt
devices-validate-column-missed = verfehlt
devices-validate-figure-axis = Fehler gegenüber Plasmaglukose, mg/dL
devices-validate-figure-glucose = Plasmaglukose, mg/dL
devices-validate-nothing = Es gibt kein { $name } zu messen.
devices-validate-nothing-hint = Geräte: { $known }.
devices-validate-no-sensor = Ein Bild braucht einen Sensor, und keiner wurde genannt.
devices-validate-no-sensor-hint = Nenne einen Sensor oder nichts für alle Geräte.
loop-twin-devices = Fehler, Ketonmessgeräte und Uhren sind für virtuelle Menschen, nicht für einen Zwilling.
loop-live-devices = Ketonmessgeräte und Uhren gibt es nicht in einem Lauf in Echtzeit.
loop-figure-history = nachträglich gelesen
simulate-pen-basal = Ein Pen ({ $name }) kann die Basalrate dieser Tage nicht abgeben.
simulate-pen-basal-hint = Wähle eine Pumpe oder ein Szenario mit Injektionen von Basalinsulin.

# --- medicines over months -------------------------------------------------------------------------------------------
regimen-progress = Die Monate werden berechnet
regimen-only-type2 = Medikamente werden nur bei Typ-2-Diabetes außerhalb der Schwangerschaft verglichen.
regimen-needs = Der Vergleich braucht ein HbA1c zwischen 6 und 12 %, einen BMI und eine eGFR.
regimen-twice = Ein Medikament steht zweimal in { $candidate }.
regimen-no-candidate = Mit --candidates ist kein Vorschlag angegeben.
regimen-unknown = Es gibt kein Medikament namens { $name }.
regimen-dose = Die Dosis von { $name } muss eine Zahl über 0 und bis { $largest } { $unit } sein.
regimen-known = Schreib NAME:DOSIS, verbunden mit +; stop-NAME:DOSIS setzt ab, NAME:titrated folgt der Nüchternglukose (Insuline), @3 beginnt in drei Monaten. Bekannt: { $names }.
regimen-unchanged = (nichts geändert)
regimen-column-candidate = dazu
regimen-column-hba1c = HbA1c nach { $months } Monaten, %
regimen-column-weight = Gewicht, kg
regimen-column-lows = gespürte Unterzuckerungen pro Jahr
regimen-not-advice = Ein Modell durchschnittlicher Menschen, an wenigen Studien geprüft. Forschungssoftware, kein Medizinprodukt; kein Rat, eine Behandlung zu beginnen, zu ändern oder zu beenden.
regimen-caution-metformin-contraindicated = Metformin ist unter einer eGFR von 30 kontraindiziert (Fachinformation).
regimen-caution-metformin-start = Metformin wird bei einer eGFR von 30 bis 45 nicht begonnen (Fachinformation); wer es schon nimmt, wägt neu ab.
regimen-caution-metformin-dose = Höchstens 1000 mg Metformin am Tag bei einer eGFR von 30 bis 45 (Fachinformation).
regimen-caution-sglt2-kidney = Unter einer eGFR von 20 wird kein SGLT2-Hemmer begonnen (Fachinformation).
regimen-caution-sglt2-genital = Genitale Pilzinfektionen sind drei- bis fünfmal so häufig.
regimen-caution-sglt2-ketones = Ketoazidose bei ein bis zwei von 1000 Menschen im Jahr; bei Krankheit oder Fasten pausieren.
regimen-caution-sitagliptin-dose = Sitagliptin bei einer eGFR unter 45 halbieren (Fachinformation).
regimen-caution-lows = Sulfonylharnstoffe verursachen Unterzuckerungen.
regimen-caution-lows-frail = Sulfonylharnstoffe verursachen Unterzuckerungen, öfter ab 75 Jahren oder bei einer eGFR unter 60.
regimen-caution-nausea = Übelkeit bei etwa einem von fünf Menschen, meist während die Dosis steigt.
regimen-caution-pancreatitis = Es gab eine Pankreatitis oder medullären Schilddrüsenkrebs, eigenen oder in der Familie (Fachinformation).
regimen-start = { $candidate } beginnt nicht innerhalb von 24 Monaten.
regimen-few-readings = Die Messwerte umfassen weniger als einen Tag.
regimen-few-hint = Gib eine Sensordatei mehrerer Tage an, oder mittlere und nüchterne Glukose in der Beschreibung.
regimen-column-range = im Zielbereich, %
regimen-column-cost = Kosten, 1-4
regimen-column-cardiovascular = Herz und Gefäße in 10 J., %
regimen-column-failure = Herzschwäche in 10 J., %
regimen-column-targets = alle Ziele, %
regimen-legend = * Nicht kontraindiziert, und kein anderer Vorschlag ist in HbA1c, Gewicht, Unterzuckerungen, Kosten und dem, was besser zu vermeiden ist, rundum besser. Alle Ziele: HbA1c, Blutdruck und LDL-Cholesterin. Zielbereich: 70 bis 180 mg/dL.
regimen-bands = { $candidate }: HbA1c nach { $months } Monaten { $both } %; allein durch das, was das Modell nicht weiß, { $parameters }, allein durch die Unterschiede zwischen Menschen { $people }
regimen-drawn = { $candidate }: Gewicht { $low } bis { $high } kg; niedrigster HbA1c aller Kandidaten in { $share } % der Ziehungen
regimen-plan-reached = Mit jeder dieser Gruppen liegt ein durchschnittlicher Mensch nach { $months } Monaten unter { $hba1c } % HbA1c, { $sbp } mmHg und { $ldl } mmol/L LDL-Cholesterin; keine ist kleiner.
regimen-plan-short = Keine Gruppe erreicht nach { $months } Monaten { $hba1c } % HbA1c, { $sbp } mmHg und { $ldl } mmol/L LDL-Cholesterin; diese kommen am nächsten.
regimen-plan-column-set = dazu
regimen-plan-column-hba1c = HbA1c, %
regimen-plan-column-sbp = systolisch, mmHg
regimen-plan-column-ldl = LDL, mmol/L
regimen-plan-column-chance = Aussicht auf alle, %
regimen-plan-column-cost = Kosten, 1-4
regimen-plan-for-hba1c = { $name }: für den HbA1c
regimen-plan-for-sbp = { $name }: für den Blutdruck
regimen-plan-for-ldl = { $name }: für das LDL-Cholesterin
regimen-plan-first = die erste Gruppe
regimen-plan-taken = etwas aus seiner Klasse wird schon genommen, oder vielleicht.
regimen-plan-left-out = ausgelassen { $name }: { $reason }
regimen-years = { $candidate }: { $lived } von { $years } Jahren, { $worth } nach Lebensqualität gewichtet ({ $gained } und { $better } mehr als unverändert)
regimen-lows = { $candidate }: { $felt } gespürte Unterzuckerungen im Jahr ({ $people } von 100 Menschen haben eine im Jahr, { $deep } im Jahr unter 54 mg/dL); mit fremder Hilfe { $severe } im Jahr, wie Behandelte erzählen, { $judged } von 100 Menschen in zehn Jahren, wie Studien urteilen
regimen-effects = { $candidate }: { $events }
regimen-effect = { $event } { $percent } %
regimen-event-nausea = Übelkeit
regimen-event-vomiting = Erbrechen
regimen-event-diarrhoea = Durchfall
regimen-event-flatulence = Blähungen
regimen-event-oedema = geschwollene Beine
regimen-event-genital-infection = genitale Infektion
regimen-event-ketoacidosis = Ketoazidose (im Jahr)
regimen-action-contraindicated = kontraindiziert
regimen-action-contraindicated-if = kontraindiziert, falls
regimen-action-avoid = besser vermeiden
regimen-action-dose = Dosis
regimen-action-watch = beachten
regimen-verdict-follows = befolgt: { $candidates }
regimen-verdict-open = offen: { $candidates }
regimen-verdict-against = dagegen: { $candidates }
regimen-guideline = { $text } ({ $source }): { $verdicts }
regimen-caution = { $candidate }, { $action }: { $text }
regimen-cohort-body = Diese Menschen haben den Körper { $body }, nicht padova-t2d.
regimen-cohort-nobody = Niemand in dieser Kohorte hat Typ-2-Diabetes und ein HbA1c von { $low } bis { $high } %.
regimen-cohort-hint = Eine Kohorte entsteht mit `glucotwin cohort create --body padova-t2d`.
regimen-cohort-people = { $people } Menschen mit einem HbA1c von { $mean } ± { $sd } % nehmen jeden Vorschlag { $months } Monate lang.
regimen-cohort-left-no-diabetes = Ohne Diabetes und deshalb nicht dabei: { $people }.
regimen-cohort-left-hba1c-too-low = Wegen eines niedrigeren HbA1c nicht dabei: { $people }.
regimen-cohort-left-hba1c-too-high = Wegen eines höheren HbA1c nicht dabei: { $people }.
regimen-cohort-column-hba1c = Änderung des HbA1c, %
regimen-cohort-column-beyond = über unverändert hinaus, %
regimen-cohort-column-weight = Gewicht, kg
regimen-cohort-column-target = unter { $target } %, % der Menschen
regimen-cohort-column-lost = 5 % leichter, % der Menschen
regimen-cohort-column-lows = gespürte Unterzuckerungen pro Jahr
regimen-cohort-column-severe = schwere Unterzuckerung, % der Menschen
regimen-cohort-column-gut = Darmbeschwerden, %
regimen-cohort-column-contraindicated = darf nicht, %
regimen-cohort-legend = Mittelwert, in Klammern das 10. bis 90. Perzentil der Menschen. Alle nehmen jeden Vorschlag bis zum Ende; schwere Unterzuckerungen nach dem Urteil von Studien; darf nicht: allein nach Alter, Niere und Gewicht.
regimen-cohort-band = { $candidate }: mittlere Änderung { $low } bis { $high } % durch das, was das Modell nicht weiß (10. bis 90. Perzentil).
regimen-cohort-plot-title = Behandlungen über { $months } Monate, { $people } virtuelle Menschen
regimen-cohort-plot-course = HbA1c, %: Mittelwert; Fläche: 10. bis 90. Perzentil der Menschen
regimen-cohort-plot-hba1c = Änderung des HbA1c, %
regimen-cohort-plot-weight = Änderung des Gewichts, kg
regimen-cohort-plot-target = Unter { $target } %, % der Menschen
regimen-cohort-plot-spread = Median; Balken: 10. bis 90. Perzentil; Striche: Menschen
regimen-plot-title = Behandlungen über { $months } Monate
regimen-plot-hba1c = HbA1c, %; Fläche: 10. bis 90. Perzentil der Menschen
regimen-plot-months = Monate
regimen-plot-weight = Gewicht, kg
regimen-plot-change = HbA1c gegen Gewicht
regimen-plot-risk = Herz und Gefäße in 10 Jahren ({ $score })
regimen-plot-unbeaten = kein anderer ist rundum besser
regimen-plot-beaten = ein anderer ist besser
regimen-trial-unknown = Es gibt keine Studie mit { $name } im Namen.
regimen-trial-known = Studien: { $names }.
regimen-trial-row = Zeile
regimen-trial-study = Studie
regimen-trial-arm = Arm
regimen-trial-endpoint = Endpunkt
regimen-trial-published = veröffentlicht
regimen-trial-model = Modell
regimen-trial-hit = getroffen
regimen-trial-miss = verfehlt
regimen-trial-chosen = dafür gewählt
regimen-trial-score-used = { $hits } von { $figures } Werten sind in den Studien getroffen, mit denen Parameter gewählt wurden.
regimen-trial-rules = { $kept } von { $rules } Regeln und Prüfwerten sind eingehalten.
regimen-trial-broken = verletzt: { $about }: { $measured } statt { $expected }
regimen-trial-score-held-out = { $hits } von { $figures } Werten sind in den gesondert gewerteten Studien getroffen.
regimen-twin-needs = Ein Zwilling der Monate braucht einen ersten Besuch (Tag 0) mit einem HbA1c.
regimen-twin-hint = Gib das HbA1c des Tages an, mit dem die Vorgeschichte beginnt; spätere Besuche zählen ihre Tage von ihm an.
regimen-history-unreadable = Die Tabelle lässt sich nicht als Text lesen.
regimen-history-columns = Die Spalten müssen date und medicines sein, möglich sind { $columns }.
regimen-history-first = Die erste Zeile muss sagen, was genommen wurde (medicines; none für nichts).
regimen-history-value = { $name } ist { $value }; es muss eine Zahl von { $low } bis { $high } sein.
regimen-history-date = { $value } ist kein Datum wie 2026-11-27.
regimen-history-hint = Die Tabelle beschreibt docs/how-to/advice-regimen.md.
regimen-taken-plain = Was genommen wird, schreibst du als NAME:DOSIS, verbunden mit +, ohne stop- und @: { $text }
regimen-history-or-taken = Gib entweder --history oder --taken an.
regimen-option-unknown = { $name } ist nicht unter den Medikamenten, die vorgeschlagen werden: { $known }.
regimen-value-unknown = Es gibt nichts namens { $name } zu gewichten. Es gibt: { $known }.
regimen-weigh = --weigh { $value } muss ein Name und eine Zahl sein, wie cost=0.3.
regimen-advice-progress = Die Monate dieses Menschen verfolgen
regimen-advice-fitting = Aus den Besuchen lernen
regimen-advice-choosing = Die Pläne abwägen
regimen-advice-title = { $visits ->
    [one] Vorgeschlagen nach einem Besuch: { $plan }
   *[other] Vorgeschlagen nach { $visits } Besuchen: { $plan }
}
regimen-advice-column-plan = dann genommen
regimen-advice-column-hba1c = HbA1c, %
regimen-advice-column-target = am Ziel, %
regimen-advice-column-weight = Gewicht, kg
regimen-advice-column-lows = spürbare Unterzuckerungen im Jahr
regimen-advice-column-gut = Magen-Darm, %
regimen-advice-column-cost = Kosten, 1-4
regimen-advice-column-changes = Änderungen
regimen-advice-column-burden = Last
regimen-advice-column-better = Vorschlag so gut, %
regimen-advice-legend = Nach { $months } Monaten: Median und 10. bis 90. Perzentil der Körper, die zu den Besuchen passen. Last: alles, was gegen einen Plan spricht, in % HbA1c. Letzte Spalte: in wie vielen der Körper der Vorschlag nicht schwerer wiegt.
regimen-advice-part = { $name } { $size }
regimen-advice-beside = Besser als { $other } um: { $parts } (weniger Last ist +).
regimen-advice-unexplained = Kaum ein Körper passt zu dem, was gemessen wurde. Suche nach einem falschen Wert, nicht genommenen Dosen oder einer anderen Krankheit, bevor du dem folgst.
regimen-advice-nothing = (nichts)
regimen-advice-learned-what = dieser Mensch
regimen-advice-learned-before = vor den Besuchen
regimen-advice-learned-now = nach den Besuchen
regimen-advice-quantity-hba1c = wahres HbA1c beim ersten Besuch, %
regimen-advice-quantity-fasting = Nüchternglukose gegenüber der bei diesem HbA1c üblichen, mmol/l
regimen-advice-quantity-gap = HbA1c gegenüber dem der mittleren Glukose, %
regimen-advice-quantity-adherence = genommene Dosen gegenüber denen in Studien
regimen-advice-quantity-decline = wie schnell die Betazellen ermüden
regimen-advice-quantity-drift = Änderung des HbA1c, die kein Medikament erklärt, %
regimen-advice-quantity-weight = Antwort des Appetits
regimen-advice-quantity-biguanide = Antwort auf Metformin
regimen-advice-quantity-sulfonylurea = Antwort auf Sulfonylharnstoffe
regimen-advice-quantity-thiazolidinedione = Antwort auf Glitazone
regimen-advice-quantity-dpp4-inhibitor = Antwort auf DPP-4-Hemmer
regimen-advice-quantity-sglt2-inhibitor = Antwort auf SGLT2-Hemmer
regimen-advice-quantity-glp1-agonist = Antwort auf GLP-1-Agonisten
regimen-advice-quantity-gip-glp1-agonist = Antwort auf GIP- und GLP-1-Agonisten
regimen-advice-quantity-basal-insulin = Antwort auf Insulin
regimen-advice-burden-hba1c = HbA1c über dem Ziel
regimen-advice-burden-reserve = HbA1c unter dem Ziel
regimen-advice-burden-weight = Gewicht
regimen-advice-burden-lows = Unterzuckerungen
regimen-advice-burden-gut = Magen-Darm
regimen-advice-burden-changes = Änderungen
regimen-advice-burden-cost = Kosten
regimen-advice-burden-avoid = besser gemieden
regimen-advice-burden-guideline = Leitlinien
regimen-advice-burden-organs = Herz und Niere
regimen-advice-plot-title = Pläne für die Monate dieses Menschen
regimen-advice-plot-course = HbA1c, %; schattiert: 80 % der Körper, die zu den Besuchen passen
regimen-advice-plot-burden = Was gegen jeden Plan spricht, in % HbA1c
regimen-advice-plot-seen = gemessen
regimen-caution-secretagogue-with-insulin = Den Sulfonylharnstoff verringern oder absetzen, wenn Insulin beginnt.
regimen-caution-glibenclamide-kidney = Glibenclamid bleibt bei schwacher Niere im Körper; ein anderer Sulfonylharnstoff ist vorzuziehen.
regimen-caution-glinide-meal = Fällt eine Mahlzeit aus, fällt die Dosis aus.
regimen-caution-glitazone-heart = Glitazone sind bei Herzschwäche kontraindiziert.
regimen-caution-glitazone-bones = Knochenbrüche und Wasser; nicht bei Blasenkrebs.
regimen-caution-glitazone-insulin = Mit Insulin sind Wasser und Herzschwäche häufiger.
regimen-caution-acarbose-kidney = Acarbose wird unter einer eGFR von 25 nicht empfohlen.
regimen-caution-acarbose-gas = Eine Unterzuckerung braucht Traubenzucker: Haushaltszucker wird langsam aufgenommen.
regimen-caution-incretin-pancreatitis = Es gab eine Pankreatitis: Inkretin-Medikamente besser vermeiden.
regimen-caution-incretin-same = Zwei Mittel am GLP-1-Rezeptor werden nicht zusammen genommen (Fachinformation).
regimen-caution-incretin-twice = Ein DPP-4-Hemmer bringt neben einem GLP-1-Agonisten nichts.
regimen-caution-sitagliptin-quarter = Höchstens 25 mg Sitagliptin unter einer eGFR von 30.
regimen-caution-vildagliptin-dose = Höchstens 50 mg Vildagliptin unter einer eGFR von 50.
regimen-caution-sglt2-weak = Unter einer eGFR von 45 sinkt die Glukose wenig; Herz und Niere haben weiter Nutzen.
regimen-caution-sglt2-ketoacidosis-before = Es gab eine Ketoazidose: SGLT2-Hemmer besser vermeiden.
regimen-caution-sglt2-low-carb = Wenig Kohlenhydrate mit einem SGLT2-Hemmer begünstigen eine Ketoazidose.
regimen-caution-sglt2-volume = Ab 75 Jahren auf Flüssigkeitsverlust und Stürze achten.
regimen-caution-incretin-lean = Unter einem BMI von 25 ist Abnehmen nicht erwünscht.
regimen-caution-semaglutide-eyes = Bei Retinopathie die Augen untersuchen lassen, bevor die Glukose rasch sinkt.
regimen-caution-exenatide-kidney = Wöchentliches Exenatid wird unter einer eGFR von 45 nicht empfohlen.
regimen-caution-insulin-lows = Insulin verursacht Unterzuckerungen und Gewicht.
regimen-caution-prandial-frail = Insulin zu jeder Mahlzeit ab 75 Jahren: einfachere Schemata haben weniger Unterzuckerungen.
regimen-caution-icodec-week = Eine falsche Wochendosis wirkt eine Woche lang.
regimen-caution-statin-twice = Ein Statin wird schon genommen; das Genannte käme hinzu.
regimen-caution-pressure-twice = Blutdruckmittel werden schon genommen; das Genannte käme hinzu.
regimen-caution-potassium = Kalium und Kreatinin nach ein bis zwei Wochen prüfen.
regimen-caution-finerenone-kidney = Finerenon wird unter einer eGFR von 25 nicht begonnen.
regimen-caution-programme-supervised = Unter ärztlicher Aufsicht; Mittel für Glukose und Blutdruck werden zuvor abgesetzt oder verringert.
regimen-caution-fasting-lows = Stunden ohne Essen verursachen mit einem Sulfonylharnstoff Unterzuckerungen.
regimen-guideline-heart-failure = ein SGLT2-Hemmer bei Herzschwäche, unabhängig vom HbA1c
regimen-guideline-kidney = ein SGLT2-Hemmer, sonst ein GLP-1-Agonist, bei chronischer Nierenkrankheit
regimen-guideline-albuminuria = ein SGLT2-Hemmer, sonst ein GLP-1-Agonist, bei Albumin im Urin
regimen-guideline-albuminuria-pressure = ein ACE-Hemmer oder Angiotensinblocker bei hohem Blutdruck und Albumin im Urin
regimen-guideline-atherosclerosis = ein GLP-1-Agonist oder ein SGLT2-Hemmer nach Herz- oder Gefäßkrankheit
regimen-guideline-weight = ein Medikament oder Programm, das das Gewicht senkt, ab einem BMI von 30
regimen-guideline-fibrosis = ein GLP-1-Agonist, Tirzepatid oder Pioglitazon, wenn die Leber vernarbt sein kann
regimen-guideline-very-high = Insulin oder ein GLP-1-Agonist über einem HbA1c von 10 %
regimen-guideline-two-at-once = zwei Medikamente auf einmal, 1,5 % über dem Ziel
regimen-guideline-metformin = Metformin, wo noch keine Tablette genommen wird
regimen-guideline-incretin-before-insulin = ein GLP-1-Agonist vor Insulin
regimen-guideline-few-lows-old = ab 75 Jahren nichts, was Unterzuckerungen verursacht
regimen-guideline-statin = ein Statin ab 40 Jahren
regimen-guideline-pressure = ein Blutdruckmittel ab 130 mmHg

## Fragebögen
questionnaire-bad = { $file } ist als Fragebogen nicht zu gebrauchen: { $why }
questionnaire-bad-hint = Was gelesen wird, steht unter Questionnaires in der Dokumentation; geprüft wird eine Datei mit: glucotwin questionnaires DATEI
questionnaire-no-json = Die Datei ist nicht als JSON zu lesen.
questionnaire-no-resource = Es ist kein FHIR-Questionnaire.
questionnaire-empty = Er hat keinen Namen, oder nicht zwischen 1 und { $most } Fragen.
questionnaire-repeated = Zwei Fragen haben dieselbe linkId.
questionnaire-no-options = Die Frage { $question } hat keine Antworten mit Codes.
questionnaire-kind = Der Teil { $question } ist von der Art { $kind }; bekannt sind group, display, choice, integer, decimal, string und text.
questionnaire-unknown = Einen Fragebogen { $name } gibt es nicht.
questionnaire-no-question = Der Fragebogen hat keine Frage { $question }.
questionnaire-no-option = { $code } ist keine Antwort auf die Frage { $question }.
questionnaire-no-number = „{ $value }“ ist keine Antwort auf die Frage { $question }.
questionnaire-integer-hint = Eine ganze Zahl von { $low } bis { $high }.
questionnaire-decimal-hint = Eine Zahl von { $low } bis { $high }.
questionnaire-no-text = Die Antwort auf die Frage { $question } muss Text von höchstens { $most } Zeichen sein.
questionnaire-missing = { $count ->
    [one] Eine Frage ist noch nicht beantwortet.
   *[other] { $count } Fragen sind noch nicht beantwortet.
  }
store-no-response = Diesen ausgefüllten Fragebogen gibt es nicht.

## Zahlen und Tage

## Studien

trial-running = Die Studie läuft
trial-progress-recruit = Teilnehmende werden gesucht: { $variant }
trial-progress-live = Die Arme werden gelebt: { $variant }
trial-progress-analyse = Auswertung
trial-address = --address gehört zu --executor ray.
trial-address-hint = Ergänze --executor ray, oder lass die Adresse weg.
trial-hash = Studienplan (SHA-256): { $digest }
trial-size = { $people } Personen, { $weeks } Wochen, { $kind }
trial-claim-line = Behauptung: { $text }
trial-written = Ergebnisse und Bericht: { $folder }
trial-interval = { $estimate } ({ $low } bis { $high })
trial-reached = erreicht
trial-not-reached = nicht erreicht
trial-expected = { $verdict }, wie es sein muss
trial-unexpected = { $verdict }: das weckt Zweifel an der Studie
trial-column-name = Name
trial-column-people = Personen
trial-column-arms = Arme
trial-column-weeks = Wochen
trial-column-title = Titel
trial-column-arm = Arm
trial-column-role = Rolle
trial-column-label = Bezeichnung
trial-column-better = besser
trial-column-endpoint = Endpunkt
trial-column-comparison = Vergleich
trial-column-arm-mean = erster Arm
trial-column-versus-mean = zweiter Arm
trial-column-difference = Unterschied (95 %)
trial-column-p = p
trial-column-claim = Behauptung
trial-column-found = gefunden
trial-column-verdict = Urteil
trial-column-p-adjusted = p angepasst
trial-column-margin = Grenze
trial-column-not-inferior = nicht unterlegen
trial-column-equivalent = gleichwertig
trial-column-variant = Wahrheit
trial-column-share = Anteil
trial-column-options = Einstellungen
trial-column-baseline = zu Beginn
trial-column-look = Blick
trial-column-statistic = Prüfgröße
trial-column-bound = Schranke
trial-column-crossed = überschritten
trial-column-analysis = Auswertung
trial-column-question = findet
trial-column-nominal = erlaubter Fehler
trial-column-error = Fehler
trial-column-power = Trennschärfe
trial-column-bias = Verzerrung (SD)
trial-column-expected = Formel
trial-role-primary = primär
trial-role-secondary = sekundär
trial-role-safety = Sicherheit
trial-role-exploratory = erkundend
trial-arm-control = Kontrolle
trial-arm-treatment = Behandlung
trial-arm-sham = Schein
trial-arm-active = aktive Kontrolle
trial-better-lower = Links der Linie ist besser.
trial-better-higher = Rechts der Linie ist besser.
trial-kind-parallel = parallele Arme
trial-kind-crossover = gekreuzt
trial-kind-paired = gepaarte Simulation
trial-fact-experiment = Experiment
trial-fact-kind = Art
trial-fact-people = ausgelost / angesehen
trial-fact-seed = Startwert
trial-fact-hash = Studienplan
trial-reason-reached-estimate = Der Gewinn ist mindestens { $asked }, und sein Intervall liegt über 0.
trial-reason-reached-interval = Das ganze Intervall des Gewinns liegt bei { $asked } oder darüber.
trial-reason-too-little = Der Gewinn ist kleiner als { $asked }.
trial-reason-unsure-estimate = Der Gewinn reicht, aber sein Intervall geht bis { $low } hinunter: es kann Zufall sein.
trial-reason-unsure-interval = Das Intervall des Gewinns geht bis { $low } hinunter, unter { $asked }.
trial-report-claims = Behauptungen
trial-report-no-claim = Diese Studie behauptet nichts.
trial-report-gain-note = Gewinne zeigen in die gute Richtung: über 0 ist der erste Arm besser. Intervalle: { $percent } %, was die Zwischenblicke vom erlaubten Fehler übrig ließen.
trial-report-design = Studienplan
trial-report-flow = Weg der Teilnehmenden
trial-report-people = Teilnehmende
trial-report-everybody = Alle (n = { $count })
trial-report-baseline-caption = Mittel (SD), Median (Quartile) oder Anzahl (Prozent).
trial-report-mean-sd = { $mean } ({ $sd })
trial-report-quartiles = { $median } ({ $low } bis { $high })
trial-report-mean-reach = { $mean } ± { $reach }
trial-report-outcomes = Ergebnisse
trial-report-model-ancova = Angepasste Mittel und Unterschiede durch Kovarianzanalyse, Fehler nach { $errors }.
trial-report-model-mixed = Mittel und Unterschiede durch ein gemischtes Modell aller Besuche, Fehler robust je Person.
trial-report-model-difference = Mittel und Unterschiede, nicht angepasst, Fehler nach { $errors }.
trial-report-model-crossover = Mittelwerte und Unterschiede aus einem gemischten Modell von Personen und Perioden, in dem auch zählt, wer nur in einem Arm einen Wert hat.
trial-report-model-within = Mittel und Unterschiede innerhalb der Personen, Fehler nach { $errors }.
trial-report-margin = Nicht unterlegen: der Verlust ist sicher kleiner als die Grenze. Gleichwertig: der Unterschied ist es in beide Richtungen (zwei einseitige Tests).
trial-report-held = ja (p { $p })
trial-report-not-held = nicht gezeigt (p { $p })
trial-report-course = { $endpoint } je Woche
trial-report-course-alt = Mittleres { $endpoint } jedes Arms je Woche, mit 95-%-Intervallen.
trial-report-week = Woche { $week }
trial-report-weeks = Wochen
trial-report-numbers = Dasselbe als Zahlen
trial-report-forest = { $endpoint }: hält die Antwort?
trial-report-forest-axis = Unterschied in { $endpoint } ({ $unit })
trial-report-forest-alt = Unterschiede in { $endpoint } mit ihren Intervallen: wie geplant, in Untergruppen, durch andere Auswertungen und unter anderen Wahrheiten.
trial-report-interaction = Unterscheiden sich die Gruppen (p der Wechselwirkung)? { $told }.
trial-report-direction = { $better } Eine gestrichelte Linie ist die Grenze, wo es eine gibt.
trial-forest-as-designed = Wie geplant
trial-forest-subgroups = Untergruppen: { $pair }
trial-forest-others = Andere Auswertungen: { $pair }
trial-analysis-unadjusted = Nicht angepasst
trial-analysis-without-score = Ohne die Vorhersage
trial-analysis-complete-cases = Nur vollständige Fälle
trial-analysis-copy-reference = Fehlendes wie im anderen Arm
trial-analysis-mixed-model = Gemischtes Modell aller Besuche
trial-analysis-untransformed = Nicht umgerechnet
trial-report-variants = Andere Wahrheiten
trial-report-variants-caption = Dieselbe Studie, wo die simulierte Wahrheit eine andere ist: was gefunden wurde, und das Urteil.
trial-report-looks = Zwischenblicke
trial-report-spending-obrien-fleming = Erster primärer Vergleich in der Reihenfolge der Aufnahme; Schranken geben den Fehler aus wie O'Brien und Fleming (Lan und DeMets).
trial-report-spending-pocock = Erster primärer Vergleich in der Reihenfolge der Aufnahme; Schranken geben den Fehler aus wie Pocock (Lan und DeMets).
trial-report-yes = ja
trial-report-no = nein
trial-report-trust = Ist der Auswertung zu trauen?
trial-report-check-caption = { $replicates } Studien mit { $people } Personen, gezogen aus den Ergebnissen des Kontrollarms, neu ausgelost. Fehler: es gab nichts zu finden. Trennschärfe: eine Wirkung von { $effect } war hinzugefügt.
trial-check-unadjusted = nicht angepasst
trial-check-adjusted = Ausgangswert und Schichten
trial-check-with-score = mit der Vorhersage (PROCOVA)
trial-question-difference = einen Unterschied
trial-question-non-inferiority = Nichtunterlegenheit, an der Grenze
trial-question-looks = einen Unterschied bei irgendeinem Blick
trial-report-score = Die eingefrorene Vorhersage hängt mit dem Ergebnis des Kontrollarms mit { $correlation } zusammen: sie spart { $saved } % der Personen. Für diese Wirkung bei 90 % Trennschärfe braucht jeder Arm { $without } Personen ohne sie, { $with_score } mit ihr.
trial-report-bias = Zwillinge anstelle eines Kontrollarms
trial-report-bias-text = Erkundend. Würden Menschen mit ihren eigenen Zwillingen verglichen statt mit einem ausgelosten Kontrollarm, so schützte nichts vor einem Zwilling, der sich irrt: der Fehler wächst mit der Verzerrung des Zwillings und mit der Zahl der Personen.
trial-report-bias-axis = Verzerrung der Zwillinge, in Standardabweichungen ihres Fehlers
trial-report-bias-error = falsche Funde
trial-report-bias-drawn = aus den Ergebnissen gezogen
trial-report-bias-formula = nach der Formel
trial-report-bias-nominal = erlaubt
trial-report-limits = Grenzen
trial-report-sources = Quellen
trial-report-banner = Eine Studie an virtuellen Personen. Sie belegt etwas über die Simulation; Menschen können anders sein.
trial-report-quick = Ein schneller Lauf: wenige Personen für kurze Zeit. Er zeigt, dass alles läuft, und beweist nichts.
trial-report-exploratory = Erkundend: { $why }
trial-report-subtitle = { $arms } Arme, { $people } virtuelle Personen, { $weeks } Wochen
trial-limit-simulation = Alle sind virtuell. Was die Gleichungen des Körpers nicht enthalten, kann sich hier nicht zeigen.
trial-limit-truth = Intervalle sagen, was der Zufall der Auslosung ausmacht, nicht, dass die simulierte Wahrheit falsch sein kann. Andere Wahrheiten stehen in der Tabelle dazu, wo der Plan sie hat.
trial-plan-parallel = Parallele Arme über { $weeks } Wochen; jede Person lebt durch einen, nach dem Los. Keine zwei Arme teilen Personen oder Zufall.
trial-plan-crossover = Alle leben durch alle Arme, je { $weeks } Wochen, in einer Reihenfolge nach dem Los, mit { $washout } Wochen Pause dazwischen.
trial-plan-paired = Alle leben { $weeks } Wochen durch alle Arme, vom selben Anfang und mit demselben Zufall, wie es nur eine Simulation kann.
trial-plan-lot = Auslosung in zufälligen Blöcken, geschichtet nach: { $strata }.
trial-plan-lot-plain = Auslosung in zufälligen Blöcken.
trial-plan-conduct = Die Personen tun { $adherence } % dessen, worum man sie bittet; { $dropout } % gehen vorzeitig; { $missing } % der Besuche fehlen.
trial-plan-multiplicity-none = Primäre Tests sind nicht für ihre Zahl angepasst.
trial-plan-multiplicity-holm = Primäre Tests sind für ihre Zahl angepasst (Holm).
trial-plan-multiplicity-hierarchical = Primäre Tests gelten in ihrer Reihenfolge: keiner zählt, wenn nicht alle vor ihm gelten.
trial-plan-missing-imputation = Was fehlt, wird { $count }-mal aus Ausgangswert und früheren Besuchen ergänzt (multiple Imputation); alle Ausgelosten zählen.
trial-plan-missing-complete = Nur Personen mit einem Wert zählen.
trial-plan-score = Die Auswertung berücksichtigt eine Vorhersage aus Ausgangswerten allein, eingefroren vor der Studie: { $score }.
trial-flow-screened = Angesehen: { $count }
trial-flow-excluded = Ausgeschlossen: { $count }
trial-flow-other-reasons = andere Gründe ({ $count })
trial-flow-randomised = Ausgelost: { $count }
trial-flow-allocated = zugeteilt: { $count }
trial-flow-left = vorzeitig gegangen: { $count }
trial-flow-missed = Wert fehlt: { $count }
trial-flow-analysed = ausgewertet: { $count }
trial-flow-column-allocated = zugeteilt
trial-flow-column-left = gegangen
trial-flow-column-missed = Wert fehlt
trial-flow-column-complete = Wert da
trial-flow-column-analysed = ausgewertet
trial-flow-alt = { $screened } virtuelle Personen wurden angesehen, { $randomised } ausgelost.
trial-power-running = Studien werden gezogen
trial-power-parallel = Trennschärfe gibt es für Studien mit parallelen Armen.
trial-power-parallel-hint = Lass einen Studienplan laufen, dessen Zeitraum parallel ist.
trial-too-few = Von { $looked } virtuellen Personen sind nur { $eligible } geeignet; gebraucht werden { $people }.
trial-too-few-hint = Lockere die Kriterien, verlange weniger Personen, oder erhöhe screened_at_most.
trial-folder-other = { $folder } enthält eine andere Studie, oder dieselbe einer anderen Version von GlucoTwin.
trial-folder-other-hint = Wähle einen anderen Ordner, oder wiederhole den Befehl, der ihn angelegt hat, um damit fortzufahren.
trial-folder-none = { $folder } ist schon da und gehört zu keiner Studie.
trial-folder-none-hint = Wähle einen anderen Ordner.
trial-folder-no-run = { $folder } enthält keine gelaufene Studie.
trial-folder-no-run-hint = Nenne den Ordner, den glucotwin trial run angelegt hat.

number-decimal-mark = { "," }
number-thousands-mark = { "." }
date-day = { $day }. { $month } { $year }
date-day-of-month = { $day }.
date-day-and-month = { $day }. { $month }
date-moment = { $day }, { $clock } Uhr
date-month-1 = Januar
date-month-2 = Februar
date-month-3 = März
date-month-4 = April
date-month-5 = Mai
date-month-6 = Juni
date-month-7 = Juli
date-month-8 = August
date-month-9 = September
date-month-10 = Oktober
date-month-11 = November
date-month-12 = Dezember

## Der Bericht

research-profile = Dies lief im Profil der Forschung: Seine Was-wäre-wenn sind für Ärztinnen, Ärzte und Forschende und nie eine Anweisung zur Dosierung.
report-title = Bericht über Zucker und Zwilling
report-subtitle = { $person }, { $days }
report-footer = Erstellt am { $moment } von GlucoTwin { $version }.
report-review-profile = Diese Installation läuft im Profil der Durchsicht: Nichts hier sagt, was eine andere Insulindosis bewirken würde.
report-fact-person = Person (Pseudonym)
report-fact-therapy = Wie Insulin gegeben wird
report-fact-data = Gemacht aus
report-fact-fitted = Zwilling gelernt an
report-fact-held-out = Vorhersagen beurteilt an
report-fact-zone = Zeitzone
report-fact-problems = Bemerkt
report-diabetes-type1 = Typ-1-Diabetes
report-diabetes-type2 = Typ-2-Diabetes
report-diabetes-gestational = Schwangerschaftsdiabetes
report-diabetes-other = eine andere Art von Diabetes
report-diabetes-none = kein Diabetes
report-diabetes-unknown = Art des Diabetes nicht bekannt
report-therapy-closed-loop = Von einer automatischen Pumpe
report-therapy-pump = Mit einer Pumpe
report-therapy-injections = Mit Pen oder Spritze
report-therapy-no-insulin = Kein Insulin
report-therapy-unknown = Nicht bekannt
report-summary = In Kürze
report-summary-glucose = An den Tagen { $days } lag der Zucker { $in_range } der Zeit zwischen { $low } und { $high } { $unit } ({ $time } am Tag), darunter { $below } und darüber { $above } der Zeit.
report-summary-no-glucose = In diesen Tagen gibt es keine Sensorwerte; über die Zeit im Zielbereich lässt sich darum nichts sagen.
report-summary-no-twin = Es gibt keinen Zwilling, also keine Vorhersagen und kein Was-wäre-wenn in diesem Bericht.
report-summary-no-forecast = Es gibt einen Zwilling, aber seine Vorhersagen wurden nicht an Tagen beurteilt, die er nicht gesehen hatte.
report-summary-no-what-if = Es wurde kein Was-wäre-wenn gefragt.
report-summary-what-if-withheld = Was-wäre-wenn über Insulin werden im Profil der Durchsicht nicht gezeigt.
report-titled = { $title }? { $sentence }
report-list-and = { $first } und { $last }
report-days = { $start } bis { $end }
report-interval = ({ $low } bis { $high })
report-hours-minutes = { $hours } h { $minutes } min
report-hours = { $hours } h
report-yes = ja
report-no = nein

## Der Bericht: Qualität der Daten

report-quality = Qualität der Daten
report-quality-unknown = Die Daten wurden früher eingelesen; was dabei bemerkt wurde, wird bei ihnen aufbewahrt.
report-coverage-stream = Daten
report-coverage-records = Einträge
report-coverage-days = Tage
report-coverage-known = Bekannt
report-coverage-gaps = Lücken über 15 min
report-finding-text = Was bemerkt wurde
report-finding-action = Was damit geschah
report-action-kept = So gelassen
report-action-corrected = Berichtigt
report-action-dropped = Weggelassen
report-severity-warning = Gut zu wissen
report-severity-problem = Begrenzt, was sich sagen lässt
report-stream-glucose = Zucker vom Sensor
report-stream-bolus = Boli
report-stream-basal = Basalinsulin
report-stream-pen = Dosen mit dem Pen
report-stream-meal = Mahlzeiten
report-stream-activity = Bewegung
report-stream-heart-rate = Puls
report-stream-heart-rate-variability = Schwankung des Pulses
report-stream-sleep = Schlaf
report-stream-medication = Medikamente
report-stream-lab = Laborwerte
report-stream-ketone = Ketone
report-stream-note = Notizen
report-stream-device = Ereignisse der Geräte
report-stream-outcome = Fragebögen
report-stream-alcohol = Alkohol
report-stream-condition = Krankheit und andere Umstände
report-stream-correction = Berichtigungen beim Einlesen
import-no-findings = Nichts wurde bemerkt.
quality-page-title = Qualität der Daten
quality-page-files = Dateien
quality-page-days = Was es gibt, Tag für Tag
quality-page-days-alt = Ein Gitter mit einer Zeile für jede Art von Daten und einer Spalte für jeden Tag; je dunkler ein Feld, desto mehr gibt es. Zeilen: { $kinds }.
quality-page-days-table = Dasselbe in Zahlen
quality-page-kind = Daten
quality-page-fit = { $fit } von { $days } Tagen taugen für einen Zwilling.
quality-page-against = Was gegen die anderen spricht:
quality-page-reason = { $count } × { $reason }
quality-page-not-fit = Taugen nicht für einen Zwilling
quality-page-nothing-detected = Gegen keinen der Tage spricht etwas.
quality-page-day = Tag
quality-page-days-with = Tage mit Daten
quality-page-days-full = Volle Tage
quality-page-some = etwas
quality-page-full = so viel wie am vollsten Tag
quality-page-refused = { $count ->
    [one] Eine Datei ließ sich nicht lesen; der Grund steht unter ihrem Namen.
   *[other] { $count } Dateien ließen sich nicht lesen; die Gründe stehen unter ihren Namen.
  }
quality-page-counts = { $problem ->
    [one] Ein Problem
   *[other] { $problem } Probleme
  }, { $warning ->
    [one] eine Warnung
   *[other] { $warning } Warnungen
  }, { $info } zur Kenntnis
quality-page-footer = Nichts wurde still geändert: Was berichtigt ist, steht in den Daten neben dem, was war.

## Der Bericht: Zucker

report-glucose = Zucker
report-no-glucose = In diesen Tagen gibt es keine Sensorwerte.
report-time-in-ranges = Zeit in jedem Bereich
report-level-very-high = Sehr hoch: über { $limit } { $unit }
report-level-high = Hoch: { $low } bis { $high } { $unit }
report-level-in-range = Im Zielbereich: { $low } bis { $high } { $unit }
report-level-low = Niedrig: { $low } bis { $high } { $unit }
report-level-very-low = Sehr niedrig: unter { $limit } { $unit }
report-levels-level = Zucker
report-levels-share = Anteil der Zeit
report-levels-time = Am Tag
report-levels-goal = Ziel
report-goal-more = über { $goal }
report-goal-less = unter { $goal }
report-goal-less-below = mit sehr niedrig unter { $goal }
report-goal-less-above = mit sehr hoch unter { $goal }
report-metric-name = Maß
report-metric-value = Wert
report-metric-goal = Ziel
report-gmi = Glukose-Management-Indikator (GMI)
report-gmi-note = ein aus dem mittleren Zucker errechnetes HbA1c; das Labor kann abweichen
report-gmi-withheld = braucht 14 Tage mit Sensorwerten für mindestens 70 % der Zeit
report-withheld = nicht angegeben
report-cv = Variationskoeffizient (CV)
report-cv-note = wie sehr der Zucker schwankt; stabil bis 36 %
report-goal-cv = höchstens 36 %
report-gri = Glykämie-Risiko-Index (GRI)
report-gri-note = 0 ist am besten, 100 am schlechtesten; Zone { $zone } von A bis E
report-episodes-hypo = Episoden unter { $limit }
report-episodes-hyper = Episoden über { $limit }
report-episodes-none = keine in diesen Tagen
report-episodes-note = { $count ->
    [one] eine in diesen Tagen, { $minutes } min lang
   *[other] { $count } in diesen Tagen, im Mittel { $minutes } min lang
  }
metrics-insufficient = Weniger als 14 Tage oder weniger als 70 % der Zeit: zu wenig, um für die übliche Einstellung zu stehen; ein GMI wird nicht angegeben.
metrics-mean = mittlerer Zucker
metrics-per-week = { $value } in der Woche

## Der Bericht: der übliche Tag

report-modal-day = Ambulantes Profil (der übliche Tag)
report-modal-day-alt = Alle Tage nach der Uhrzeit übereinandergelegt.
report-modal-day-sentence = An einem üblichen Tag ist der Zucker gegen { $high_time } am höchsten (Median { $high } { $unit }) und gegen { $low_time } am niedrigsten ({ $low } { $unit }). Einem Tief am nächsten ist er gegen { $near_time }: An einem von zwanzig Tagen liegt er dann unter { $near } { $unit }.
report-modal-day-table = Als Tabelle zeigen, { $unit }
report-key-median = Median
report-key-half-of-days = die Hälfte aller Tage (25 bis 75 %)
report-key-most-days = neun von zehn Tagen (5 bis 95 %)
report-key-target = Zielbereich { $low } bis { $high }
report-clock = Zeit
report-percentile-5 = 5 %
report-percentile-25 = 25 %
report-percentile-50 = Median
report-percentile-75 = 75 %
report-percentile-95 = 95 %

## Der Bericht: der Zwilling

report-twin = Was der Zwilling gelernt hat
report-no-twin = Es gibt keinen Zwilling.
report-twin-fitted = Der Zwilling hat aus { $readings } Sensorwerten der Tage { $days } gelernt. An diesen Tagen lag sein nächster Schritt um { $residual } { $unit } daneben (Standardabweichung).
report-twin-reading = Der graue Balken ist die übliche Streuung unter Erwachsenen mit Typ-1-Diabetes; blau ist diese Person mit einem Intervall von 90 %. Ist die blaue Linie so lang wie der graue Balken, sagten die Daten wenig. Diese Zahlen beschreiben das Modell; es sind keine Einstellungen einer Pumpe.
report-twin-warnings = Was die Anpassung über sich sagt
report-twin-alt = { $name }: das { $factor }-Fache des Üblichen.
report-twin-table = Als Tabelle mit Einheiten und Intervallen zeigen
report-key-prior = übliche Streuung unter Erwachsenen
report-key-posterior = diese Person
report-parameters-name = Parameter
report-parameters-prior = Üblich (90 %)
report-parameters-posterior = Diese Person (90 %)
report-parameters-informed = Aus den Daten gelernt
report-informed-much = größtenteils ({ $share })
report-informed-partly = teilweise ({ $share })
report-informed-little = wenig ({ $share })
report-parameter-subcutis-transfer-per-min = wie schnell sich Insulin im Gewebe bewegt
report-parameter-subcutis-absorption-per-min = wie schnell Insulin ins Blut gelangt
report-parameter-gut-emptying-per-min = wie schnell sich der Magen leert
report-parameter-gut-absorption-per-min = wie schnell Kohlenhydrate ins Blut gelangen
report-parameter-glucose-effectiveness-per-min = Rückkehr zum üblichen Wert ohne Insulin
report-parameter-glucose-basal-mgdl = Wert bei der üblichen Basalrate
report-parameter-glucose-action-rate-per-min = wie schnell sich die Wirkung des Insulins aufbaut
report-parameter-glucose-sensitivity-night = Insulinempfindlichkeit, Mitternacht bis 6 Uhr
report-parameter-glucose-sensitivity-morning = Insulinempfindlichkeit, 6 bis 11 Uhr
report-parameter-glucose-sensitivity-afternoon = Insulinempfindlichkeit, 11 bis 17 Uhr
report-parameter-glucose-sensitivity-evening = Insulinempfindlichkeit, 17 Uhr bis Mitternacht
report-parameter-glucose-volume-dl-per-kg = Raum, in dem sich der Zucker verteilt
report-parameter-insulin-dissociated-absorption-per-min = wie schnell Insulin ins Blut gelangt
report-parameter-insulin-production-rate-per-min = wie schnell Insulin auf die Leber zu wirken beginnt und aufhört
report-parameter-gut-emptying-max-per-min = wie schnell sich der Magen leert
report-parameter-glucose-production-glucose-effect-per-min = wie sehr der Zucker selbst die Bildung von Zucker senkt
report-parameter-noise-flux-sd-mgdl-per-min = Größe dessen, was Essen und Insulin nicht erklären
report-parameter-noise-flux-time-min = wie lange solches Unerklärte anhält
report-parameter-noise-jump-sd-mgdl = Größe plötzlicher unerklärter Änderungen
report-parameter-noise-sensor-sd-mgdl = Größe des eigenen Fehlers des Sensors
latent-title = Von Tag zu Tag
latent-days = Von Tag zu Tag wirkte Insulin das { $low }- bis { $high }-Fache des Üblichen (Streuung { $spread }); die Daten sagen etwas über { $informed } von { $days } Tagen.
latent-day = { $day }: das { $factor }-Fache ({ $low } bis { $high })
latent-days-more = und { $days } weitere Tage
latent-meals = Was gegessen wurde, wich von Mahlzeit zu Mahlzeit um { $spread } von dem ab, was eingetragen war, die Geschwindigkeit der Aufnahme um { $speed }; die Daten sagen etwas über { $informed } von { $meals } Mahlzeiten.
latent-unlogged = Mahlzeiten, die wohl niemand eingetragen hat: { $meals }
latent-unlogged-one = { $moment }: etwa { $grams } g ({ $low } bis { $high })
latent-unlogged-more = und { $meals } weitere
latent-sensor = Der Sensor, der ab dem { $start } getragen wurde, zeigt bei 120 mg/dL { $bias } mg/dL zu viel ({ $low } bis { $high }).
latent-sensor-unknown = Der Sensor, der ab dem { $start } getragen wurde: Die Daten sagen nicht, ob er zu viel oder zu wenig zeigt.
latent-effect = { $effect }: Insulin wirkt das { $factor }-Fache ({ $low } bis { $high }; üblich { $usual }); { $informed }.
latent-effect-exercise = Bewegung bewirkt das { $factor }-Fache dessen, was sie bei den meisten bewirkt ({ $low } bis { $high }); { $informed }.
latent-effect-illness = Bei Krankheit
latent-effect-stress = Bei Stress
latent-effect-sleep-loss = Nach einer kurzen Nacht
latent-effect-luteal-phase = In der zweiten Hälfte des Zyklus
latent-unsettled = Die Suche nach dem, was von Tag zu Tag anders war, kam nicht zur Ruhe: Nimm es als grob.
latent-none = Was von Tag zu Tag anders war, ließ sich nicht sagen: Dem angepassten Körper fehlt, worauf es wirken würde, oder die Zahlen liefen davon.
imputed-basal-usual = Die Basalrate ist für { $hours } h nicht aufgezeichnet; die übliche steht dafür, unsicher um { $percent } %.
imputed-basal-profile = Die Basalrate ist für { $hours } h nicht aufgezeichnet; das eingestellte Profil steht dafür, unsicher um { $percent } %.
imputed-basal-never-recorded = Basalinsulin ist nirgends aufgezeichnet ({ $hours } h); die Hälfte des täglichen Insulins steht dafür, unsicher um { $percent } %.
imputed-meal-time-assumed = { $count } Mahlzeiten haben keine Uhrzeit; die übliche Stunde steht dafür, unsicher um { $minutes } min.
imputed-weight-unknown = Das Gewicht ist nicht bekannt; { $weight } kg stehen dafür, unsicher um { $percent } %.

## Der Bericht: Vorhersage

report-forecast = Vorhersage an Tagen, die der Zwilling nicht gesehen hatte
report-no-forecast = Vorhersagen wurden nicht beurteilt: Es gibt keinen Zwilling, oder es wurden keine Tage dafür beiseitegelegt.
report-forecast-period = Jede Vorhersage der Tage { $days } wurde mit dem verglichen, was der Sensor danach zeigte. Gelernt hatte der Zwilling nur aus früheren Tagen.
report-forecast-better = Bei { $horizons } Minuten lag die Vorhersage des Zwillings näher als die Annahme, dass der letzte Wert bleibt: Bei { $horizon } Minuten war ihr typischer Fehler { $twin } statt { $persistence } { $unit }.
report-forecast-worse = Bei { $horizons } Minuten lag die Vorhersage des Zwillings nicht näher als die Annahme, dass der letzte Wert bleibt: Bei { $horizon } Minuten war ihr typischer Fehler { $twin } gegen { $persistence } { $unit }.
report-forecast-mixed = Die Vorhersage des Zwillings lag bei { $better } Minuten näher als die Annahme, dass der letzte Wert bleibt, bei { $worse } Minuten aber nicht: Bei { $horizon } Minuten war ihr typischer Fehler { $twin } gegen { $persistence } { $unit }.
report-future-inputs = Was den Vorhersagen über die Zeit danach gesagt war: { $text }
report-minutes-ahead = { $minutes } min
report-score-better = Zwilling näher als der letzte Wert?
report-score-rmse = Typischer Fehler des Zwillings (RMSE, { $unit })
report-score-mae = Mittlerer Fehler des Zwillings (MAE, { $unit })
report-score-mard = Mittlerer relativer Fehler des Zwillings (MARD)
report-score-persistence = … wenn der letzte Wert bleibt
report-score-bias = Mittel von Vorhersage minus Messwert ({ $unit })
report-score-coverage-50 = Messwerte im Band von 50 %
report-score-coverage-90 = Messwerte im Band von 90 %
report-score-width = Breite des Bandes von 90 % ({ $unit })
report-score-dts = Ohne klinisches Risiko (Zone A des DTS-Fehlergitters)
report-score-pairs = Verglichene Vorhersagen
report-example-title = Vorhersage vom { $moment }
report-example-sentence = Nach { $minutes } Minuten sagte die Vorhersage { $forecast } { $unit }, und der Sensor zeigte { $observed }; { $inside } der Messwerte lagen im Band von { $level }.
report-example-no-readings = Danach gab es keine Messwerte.
report-example-table = Als Tabelle zeigen, { $unit }
report-example-minute = Minute
report-example-low = 90 % von
report-example-median = Median
report-example-high = bis
report-example-observed = Sensor
report-key-before = Messwerte davor
report-key-after = was dann geschah
report-key-forecast = Vorhersage
report-key-band-50 = Band von 50 %
report-key-band-90 = Band von 90 %
evaluation-uncertainty = Die Maße sind von einer Person und einigen Tagen; wie oft die Bänder hielten, sagt die Abdeckung.

## Der Bericht: Was wäre wenn

report-what-if = Was wäre wenn
report-no-what-if = Es wurde kein Was-wäre-wenn gefragt.
report-what-if-held = Anderes Insulin ist gehalten, wie es aufgezeichnet ist. Eine automatische Pumpe hätte auf die Änderung geantwortet, und die Person vielleicht auch.
report-what-if-withheld = Was-wäre-wenn über Insulin werden im Profil der Durchsicht nicht gezeigt. Das Profil bestimmt, wer diese Installation betreibt.
report-what-if-replay = Die { $hours } Stunden ab { $moment } nachgespielt. Was geändert ist:
report-what-if-ahead = Die { $hours } Stunden ab { $moment }. Was geändert wird:
report-what-if-outcome = Über { $hours } Stunden hätte sich die Zeit im Zielbereich um { $difference } Prozentpunkte geändert (90 %: { $low } bis { $high }).
report-what-if-lows = Die Zeit unter { $limit } hätte sich um { $difference } Prozentpunkte geändert (90 %: { $low } bis { $high }).
report-what-if-sure = Nach diesem Modell ist die Richtung klar.
report-what-if-unsure = Gar keine Änderung liegt in diesem Intervall; das Modell kann die Richtung also nicht sagen.
report-what-if-alt = { $title }. Am weitesten liegen die Kurven nach { $minutes } Minuten auseinander, um { $difference } { $unit }.
report-what-if-effect-insulin = Angenommen ist, dass eine Einheit Insulin den Zucker in Ruhe um { $median } { $unit } senkt (90 %: { $low } bis { $high }).
report-what-if-effect-carbs = Angenommen ist, dass zehn Gramm Kohlenhydrate den Zucker in Ruhe um { $median } { $unit } heben (90 %: { $low } bis { $high }).
report-what-if-table = Als Tabelle zeigen, { $unit }
report-difference-axis = Unterschied, { $unit }
report-outcome-caption = Mediane mit Intervallen von 90 %.
report-outcome-name = Über diese Stunden
report-outcome-was = Wie es war
report-outcome-expected = Wie erwartet
report-outcome-changed = Mit der Änderung
report-outcome-difference = Unterschied
report-outcome-time-in-range-pct = Zeit im Zielbereich
report-outcome-time-below = Zeit unter { $limit } { $unit }
report-outcome-time-above = Zeit über { $limit } { $unit }
report-outcome-mean-glucose-mgdl = Mittlerer Zucker
report-key-sensor = Sensor
report-key-as-was = wie es war
report-key-expected = wie erwartet
report-key-changed = mit der Änderung
report-key-band-as-was = Band von 90 %, wie es war
report-key-band-changed = Band von 90 % mit der Änderung
change-redose = Jeder Bolus, wie ihn ein Rechner gibt: KE-Faktor { $ratio ->
    [as-set] wie eingestellt
   *[other] { $ratio } g/IE
  }, Korrekturfaktor { $factor ->
    [as-set] wie eingestellt
   *[other] { $factor } mg/dL je IE
  }, Ziel { $target ->
    [as-set] wie eingestellt
   *[other] { $target } mg/dL
  }

## Der Bericht: Grenzen und Herkunft

report-limits = Grenzen und Herkunft
report-limit = Entscheide mit diesem Bericht nicht über eine Behandlung.
report-limit-logged = Der Zwilling kennt nur, was aufgezeichnet ist: Nicht eingetragenes Essen, Krankheit, Stress und die meiste Bewegung kennt er nicht.
report-limit-what-if = Ein Was-wäre-wenn ist die Rechnung eines Modells und nichts, was ausprobiert wurde; anderes Insulin ist gehalten, wie es aufgezeichnet ist.
report-limit-average = Anteile der Zeit und Mittelwerte verbergen einzelne Tage; sieh dir die Tage selbst an, bevor du Schlüsse ziehst.
report-outside-validity = Warum der Zwilling nicht für diese Person gedacht ist
report-cautions = Zu bedenken
report-origin = Herkunft
report-origin-model = Modell
report-origin-no-model = keines; der Bericht beschreibt nur Daten
report-origin-model-text = { $body }, Zwilling Version { $version }, Prüfsumme { $hash }…
report-origin-data-hash = Prüfsumme der Daten
report-origin-inputs = Verwendete Daten
report-origin-gaps = Lücken im Zucker vom Sensor
report-gaps = { $count ->
    [0] keine über 15 Minuten
    [one] eine über 15 Minuten, { $hours } h
   *[other] { $count } über 15 Minuten, zusammen { $hours } h
  }
report-origin-valid = Für diese Person gedacht
report-valid = Nichts Bekanntes spricht dagegen.
report-not-valid = Nein; siehe oben.
report-origin-uncertainty = Unsicherheit
report-uncertainty = Die Bänder der Vorhersagen kommen von dem, was der Zwilling nicht weiß, die Intervalle der Was-wäre-wenn von seiner Unsicherheit über Insulin und Essen.
report-uncertainty-none = Die Maße sind aus den Messwerten berechnet, wie sie sind; der Fehler des Sensors selbst ist nicht darin.
report-origin-profile = Gegeben unter
report-profile-text = Profil { $profile }, Rolle { $role }
report-profile-review = Durchsicht
report-profile-research = Forschung
report-role-person = Person
report-role-carer = Angehörige
report-role-clinician = Ärztin, Arzt
report-role-researcher = Forschung
report-role-admin = Verwaltung
report-origin-issued = Erstellt am
report-origin-software = Software
report-attribution = Wessen Daten das sind
report-progress = Der Bericht von { $name } wird gemacht
report-progress-examples = Beispiele werden vorhergesagt
report-progress-what-if = Was wäre wenn wird gefragt
report-page-written = Der Bericht steht in { $path }
answer-exists = { $path } gibt es schon.
answer-exists-hint = Einen anderen Namen wählen oder sie ersetzen: --overwrite.
answer-other-person = Der Zwilling ist von { $twin }, die Daten sind von { $timeline }.
answer-other-person-hint = Gib die Daten der Person des Zwillings; ein Pseudonym lässt sich mit --person-id setzen.
evaluation-no-days = Nach den Tagen, an denen der Zwilling gelernt hat, gibt es keine.
evaluation-no-days-hint = Den Zwilling mit --holdout-days anpassen oder neuere Daten geben.
evaluation-progress = Vorhersagen werden beurteilt

## What was noticed in data

detect-stuck-sensor = Der Sensor zeigte { $value } mg/dL in { $count } Werten nacheinander.
detect-sensor-warm-up = Ein Sensor wurde gesetzt; seine Werte sind etwa { $hours } h lang ungenauer.
detect-sensor-jump = Der Sensorzucker sprang um { $size } mg/dL innerhalb von { $minutes } min und blieb dort, wie nach einem Sensorwechsel oder einer Kalibrierung.
detect-sensor-jump-explained = Der Sensorzucker sprang nach einem Sensorwechsel oder einer Kalibrierung um { $size } mg/dL innerhalb von { $minutes } min und blieb dort.
detect-compression-low = Der Sensor zeigte { $minutes } min lang etwa { $depth } mg/dL zu wenig, wie wenn jemand auf ihm liegt.
detect-acetaminophen-strong = Paracetamol wurde genommen, das { $sensor } für Glukose hält: Werte können { $hours } h lang zu hoch sein.
detect-acetaminophen-above-tolerated = Mehr als { $grams } g Paracetamol wurden innerhalb von { $hours } h genommen: { $sensor } kann zu viel zeigen.
detect-acetaminophen-unknown-sensor = Paracetamol wurde genommen; manche Sensoren zeigen danach { $hours } h lang zu viel, und welcher getragen wurde, ist nicht bekannt.
detect-unannounced-meal = Der Zucker stieg um { $rise } mg/dL, was die eingetragenen Kohlenhydrate nicht erklären (wie { $grams } g oder mehr ohne Insulin).
detect-unannounced-meal-without-log = Der Zucker stieg um { $rise } mg/dL wie nach einer Mahlzeit (wie { $grams } g oder mehr ohne Insulin).
detect-bolus-without-carbs = Zu einem Bolus von { $units } U, wie für eine Mahlzeit, sind keine Kohlenhydrate eingetragen.
detect-missed-bolus = Zu einer Mahlzeit von { $grams } g gibt es keinen Bolus.
detect-missed-bolus-rise = Zu einer Mahlzeit von { $grams } g gibt es keinen Bolus; der Zucker stieg um { $rise } mg/dL.
detect-heart-rate-without-steps = Das Herz schlug { $rate }-mal in der Minute (in Ruhe { $resting }) ohne Schritte: Bewegung, die nicht gezählt wurde, etwa Radfahren, oder Anspannung oder Fieber.
detect-basal-unknown-days = Die Basalrate ist für { $days } Tage nicht eingetragen.
detect-basal-unknown-hours = Die Basalrate ist für { $hours } h nicht eingetragen.
detect-unit-mix-up-mmoll = Der Median von { $count } Werten ist { $median } mg/dL: wahrscheinlich waren es mmol/L.
detect-unit-mix-up-twice = Der Median von { $count } Werten ist { $median } mg/dL: wahrscheinlich wurden sie zweimal mit 18 malgenommen.
detect-clock-fault-late = Der Zucker antwortet { $days } Tage lang etwa { $hours } h nach den eingetragenen Zeiten auf die Einträge: wahrscheinlich geht deren Uhr falsch.
detect-clock-fault-early = Der Zucker antwortet { $days } Tage lang etwa { $hours } h vor den eingetragenen Zeiten auf die Einträge: wahrscheinlich geht deren Uhr falsch.
detect-clock-fault-not-set = Von einer Umstellung der Sommerzeit an passt der Zucker schlechter zu den Einträgen ({ $hours } h daneben, { $days } Tage lang): wahrscheinlich wurde die Uhr eines Geräts nicht gestellt.
detect-clock-fault-drift = Die Uhr der Einträge läuft der des Sensors um etwa { $minutes } min in der Woche davon ({ $total } min im Ganzen).
detect-clock-fault-later = Essen und Insulin sind { $days } Tage später eingetragen als der Zucker, für etwa ebenso lange: wahrscheinlich war das Datum eines Geräts falsch.
detect-clock-fault-earlier = Essen und Insulin sind { $days } Tage früher eingetragen als der Zucker, für etwa ebenso lange: wahrscheinlich war das Datum eines Geräts falsch.
detect-clock-fault-year = Diese Einträge passen zu den anderen, wenn ihr Jahr um { $years } verändert wird: wahrscheinlich war das Jahr eines Geräts falsch.
detect-clock-fault-alone = Diese Einträge liegen weit von allen anderen: wahrscheinlich war das Datum eines Geräts falsch.

day-fit = Für einen Zwilling geeignet.
day-unfit = Für einen Zwilling nicht geeignet: { $reasons }.
day-reason-little-glucose = Sensorwerte decken weniger als { $percent } % des Tages
day-reason-no-insulin = kein Insulin ist eingetragen
day-reason-basal-unknown = Basalinsulin ist für weniger als { $percent } % des Tages eingetragen
day-reason-no-meals = keine Mahlzeit ist eingetragen
day-reason-meals-missing = Mahlzeiten scheinen im Tagebuch zu fehlen
day-reason-stuck-sensor = der Sensor stand { $hours } h oder länger still
day-reason-unit-mix-up = die Werte scheinen eine andere Einheit zu haben
day-reason-clock-fault = die Uhr der Einträge scheint falsch zu gehen

## Channels of alarms

channel-none = Diesen Kanal gibt es nicht.
channel-unknown = Eine Art von Kanal namens „{ $kind }“ gibt es nicht.
channel-settings = Ein Kanal dieser Art hat die Angaben: { $fields }.
channel-too-many = Es kann { $most } Kanäle geben; entferne erst einen.
channel-failed-hint = Versuche es noch einmal, und sieh die Angaben des Kanals nach.
channel-bad-address = Die Adresse muss mit https:// beginnen und darf weder Namen noch Passwort enthalten.
channel-private = Die Adresse führt in ein privates Netz, was diese Installation nicht erlaubt.
channel-unreachable = Der Empfänger ist nicht zu erreichen.
channel-refused = Der Empfänger nahm die Nachricht nicht an (Status { $status }).
channel-no-mail = Diese Installation verschickt keine E-Mails.
channel-no-mail-hint = Wer sie betreibt, setzt GLUCOTWIN_SMTP_URL und GLUCOTWIN_MAIL_FROM.
channel-bad-server = Der Mailserver muss smtps://user:password@host:port oder smtp://… sein, mit einer Absenderadresse.
channel-bad-mail = Das ist keine E-Mail-Adresse.
channel-no-push = Diese Installation verschickt keine Push-Nachrichten.
channel-bad-subscription = Die Anmeldung des Browsers ist nicht zu lesen.
channel-code-title = Dein Code für GlucoTwin
channel-code = { $code } ist der Code, mit dem Alarme an diese Adresse gehen dürfen. Hast du ihn nicht verlangt, beachte diese Nachricht nicht.
channel-wrong-code = Das ist nicht der Code, der verschickt wurde.
channel-unconfirmed = Wiederhole erst den Code, der verschickt wurde.
channel-test-title = Eine Probe der Alarme von GlucoTwin
channel-test = Das ist nur eine Probe: es ist nichts geschehen.

## Steps against lows

alarm-step-carbs = jetzt { $amount } g Kohlenhydrate
alarm-step-no-basal = { $amount } min lang kein Basalinsulin
alarm-step-effect = { $step }: ein Tief nach der ersten halben Stunde wäre zu { $after } % statt zu { $before } % wahrscheinlich, die Zeit unter { $limit } in den nächsten { $hours } h { $low_after } min statt { $low_before } min.
alarm-step-not-enough = Es würde nicht reichen.
alarm-step-no-help = Es würde kaum helfen.
alarm-step-caution = Diese Wirkungen sind die eines Modells für gewöhnliches Essen und Insulin: Traubenzucker wirkt früher, und in der ersten Viertelstunde hilft nichts.

## Events of risk scores

prognosis-event-kidney-failure = Nierenversagen
prognosis-event-kidney-failure-eight-variables = Nierenversagen (acht Angaben)
prognosis-event-cardiovascular-event = Herz-Kreislauf-Ereignis
prognosis-event-total-cvd = Herz-Kreislauf-Krankheit oder Herzschwäche
prognosis-event-ascvd = atherosklerotische Krankheit
prognosis-event-chd = koronare Herzkrankheit
prognosis-event-total-cvd-base-equation = Herz-Kreislauf-Krankheit oder Herzschwäche (Grundgleichung)
prognosis-event-ascvd-base-equation = atherosklerotische Krankheit (Grundgleichung)
prognosis-event-heart-failure-base-equation = Herzschwäche (Grundgleichung)
prognosis-event-chd-base-equation = koronare Herzkrankheit (Grundgleichung)
prognosis-event-stroke-base-equation = Schlaganfall (Grundgleichung)
prognosis-event-mi-or-stroke = Herzinfarkt oder Schlaganfall
prognosis-event-heart-failure = Herzschwäche
prognosis-event-death = Tod
prognosis-event-nephropathy = Nierenkrankheit im Endstadium
prognosis-event-severe-vision-loss = schwerer Sehverlust
prognosis-event-neuropathy = Verlust des Druckempfindens
prognosis-event-ischaemic-heart-disease = ischämische Herzkrankheit
prognosis-event-mi = Herzinfarkt
prognosis-event-stroke = Schlaganfall
prognosis-event-blindness = Erblindung
prognosis-event-ulcer = Fußgeschwür
prognosis-event-amputation = Amputation
prognosis-event-renal-failure = Nierenversagen

## Where data are kept

store-damaged-value = Ein gespeicherter Wert wurde verändert oder gehört woandershin.
store-starting = Ein anderer Prozess startet gerade die Datenbank in diesem Datenordner.
store-starting-hint = Versuche es gleich noch einmal.
store-unreachable = Die Datenbank ist nicht zu erreichen.
store-unreachable-hint = Sieh nach, ob sie läuft, und prüfe die Adresse in GLUCOTWIN_DATABASE_URL.
store-interrupted = Die Datenbank brach ab, und nichts hiervon wurde behalten.
store-interrupted-hint = Frage gleich noch einmal.
store-full = Wo die Daten liegen, ist kein Platz mehr; nichts hiervon wurde behalten.
store-full-hint = Wer die Installation betreibt, muss Platz schaffen.
store-key-used = Dieser Idempotency-Key gehört schon zu einer anderen Anfrage.
audit-broken = Das Protokoll hält nicht zusammen: Eintrag { $sequence } wurde verändert oder fehlt.
audit-broken-hint = Den Einträgen davor ist zu trauen. Vergleiche mit einer Sicherung.

# Die eigene Aufzeichnung als Beschreibung
recorded-title = Aus der Aufzeichnung:
recorded-origin-profile = Profil
recorded-origin-laboratory = Labor
recorded-origin-medicine = aufgezeichnete Medikamente
recorded-origin-insulin = aufgezeichnetes Insulin
recorded-origin-sensor = Sensor
recorded-origin-told = angegeben
recorded-absent = Nicht aufgezeichnet: { $keys }. Formeln, die sie brauchen, antworten nicht. Importiere Laborwerte oder gib sie mit --facts an.
recorded-lacks = Weder die Aufzeichnung noch die Angaben nennen: { $keys }.
recorded-lacks-hint = Ergänze eine Datei für --facts, ein Schlüssel je Zeile: { $add }.
recorded-add-age = age: 61 (oder importiere mit --birth-year)
recorded-add-sex = sex: female oder male
recorded-add-smoker = smoker: false oder true
recorded-add-region = region: low, moderate, high, very_high, north_america oder other
recorded-add-diabetes-duration-y = diabetes_duration_y: 7
recorded-old = { $key } ist vom { $day }, mehr als ein Jahr vor dem Ende der Aufzeichnung.
recorded-hba1c-from-sensor = Es ist kein HbA1c aufgezeichnet: An seiner Stelle steht der, dem die mittlere Sensorglukose entspricht (ADAG).
recorded-other-type = Für Diabetes vom Typ { $kind } sind die Formeln nicht gemacht.
recorded-facts-beside-file = Angaben lassen sich nur zu einem Ordner mit einer Zeitleiste ergänzen; schreib sie in die Datei, die die Person beschreibt.
recorded-impossible = Aufzeichnung und Angaben passen nicht zusammen: { $key }: { $reason }.
recorded-visits-left-out = { $count } Tage mit einem HbA1c oder einer Änderung vor dem { $first } bleiben weg: Niemand weiß, was da genommen wurde (--taken sagt es).
recorded-visits-unknown = Medikamente im Datensatz, die das Modell nicht kennt und die wegbleiben: { $names }.
recorded-visits-prandial = Mahlzeiteninsulin steht im Datensatz; es gehört nicht zu diesem Rat.
recorded-whole = das Ganze
complications-on-regimen = Ein Jahr mit { $regimen }:

## Betazellen über Jahre

prevention-drawing = Menschen mit gestörter Toleranz werden gesucht
prevention-living = Die Jahre werden verfolgt
prevention-people = { $people } Menschen mit gestörter Glukosetoleranz in jedem Arm, { $years } Jahre.
prevention-start-fasting = Nüchternglukose am Anfang, wie gemessen: { $mean } ± { $sd } mg/dL (veröffentlicht { $published } ± { $spread }).
prevention-start-two-hours = Zwei Stunden nach 75 g Glukose: { $mean } ± { $sd } mg/dL (veröffentlicht { $published } ± { $spread }).
prevention-column-arm = Arm
prevention-column-incidence = Fälle auf 100 Personenjahre
prevention-column-published = veröffentlicht
prevention-column-fewer = weniger als unter Placebo, %
prevention-column-published-fewer = veröffentlicht
prevention-column-within = darin
prevention-arm-placebo = Placebo
prevention-arm-metformin = Metformin
prevention-arm-lifestyle = Lebensweise
prevention-within = ja
prevention-missed = nein
prevention-legend = In Klammern 95-%-Intervalle: hier durch die Auswahl der Menschen, bei veröffentlichten Zahlen die veröffentlichten. Darin: ob die Häufigkeit im veröffentlichten Intervall liegt.
prevention-not-advice = Menschen eines Modells, das weit mehr schützt, als die Studie fand. Forschungssoftware, kein Medizinprodukt; kein Rat.
prevention-plot-title = Vorbeugung von Diabetes, { $people } virtuelle Menschen in jedem Arm
prevention-plot-cases = Menschen mit Diabetes, %
prevention-plot-fasting = mittlere Nüchternglukose, mg/dL
prevention-plot-two-hours = Mittel 2 h nach 75 g Glukose, mg/dL
progression-progress = Die Jahre werden verfolgt
progression-unchanged = unverändert
progression-changed = mit den Änderungen
progression-column-year = Jahr
progression-column-fasting = nüchtern mg/dL ({ $course })
progression-column-test = 2 h mg/dL
progression-column-stage = Stufe
progression-stage-normal = normal
progression-stage-impaired = gestört
progression-stage-diabetes = Diabetes
progression-never = { $course }: kein Diabetes in { $years } Jahren.
progression-onset = { $course }: Diabetes ab Jahr { $year }; am Ende: { $stage }.
progression-not-advice = Ein Durchschnittsmensch eines Modells, keine Vorhersage deiner Jahre. Forschungssoftware, kein Medizinprodukt.
progression-plot-title = Jahre mit { $course }
progression-plot-fasting = Nüchternglukose, mg/dL
progression-plot-test = 2 h nach 75 g Glukose, mg/dL
progression-plot-insulin-uu-per-ml = Nüchterninsulin, µU/mL
progression-plot-beta-mass = Masse der Betazellen
progression-plot-capacity = Fähigkeit zur Ausschüttung (Sigma)
progression-plot-sensitivity = Insulinempfindlichkeit

## Modelle in SBML

sbml-progress = Das Modell läuft
sbml-title = { $name } (SBML { $level }; Zeit: { $unit })
sbml-unit-unknown = ohne Angabe der Einheit
sbml-events = Ereignisse: { $events }
sbml-ignored = Weggelassen, weil es den Verlauf nicht ändert: { $parts }
sbml-plot-first = Gezeichnet sind die ersten { $drawn } von { $all } Größen; andere wählst du mit --output.
sbml-column-quantity = Größe
sbml-column-kind = Art
sbml-column-role = Rolle
sbml-column-value = am Anfang
sbml-column-unit = Einheit
sbml-column-start = Anfang
sbml-column-end = Ende
sbml-plot-time = Zeit ({ $unit })

fit-page-glycation = Der HbA1c ist { $median }-mal so hoch ({ $low } bis { $high }, 90 %) wie bei dieser mittleren Glukose üblich, nach { $count } { $count ->
    [one] Wert
   *[other] Werten
} mit Sensortagen daneben.
fit-page-glycation-doubt = Dem HbA1c ist hier nicht zu trauen ({ $doubts }): Richte dich nach der Glukose.
