### Everything GlucoTwin says to people, in English. Plain words, whole sentences.
### Numbers arrive formatted by the caller; whole numbers may be passed as numbers where the wording depends on them.

## What this software is

not-a-medical-device = GlucoTwin is research software, not a medical device. Do not use it to decide on treatment.
research-profile = This ran in the research profile: its what-ifs are for clinicians and researchers, never a dosing instruction.

## The command line

cli-usage-hint = Run `{ $command } --help` for what it takes and an example.
cli-internal-error = Something in GlucoTwin itself went wrong: { $reason }
cli-internal-hint = This is a defect in GlucoTwin, not in your data. Run the command again with --verbose for the details and report them.
cli-system-hint = Check that the path exists, that you may write there, and that the disk has room.
cli-interrupted = Stopped.
