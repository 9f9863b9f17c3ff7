# The command `evaluate`: each option, and each bad input with its message.
set(cores in/cores)
set(moved --prediction ${cores}/moved_gt.nrrd --truth ${cores}/a_gt.nrrd)
set(ids --ids-prediction ${cores}/moved_ids.nrrd --ids-truth ${cores}/a_ids.nrrd)

# Usage
fossilct_cli_test(help_evaluate ARGS help evaluate EXIT 0 STDOUT "^fossilct evaluate: .*Usage: fossilct evaluate --prediction.*--ids-truth IDS.*Examples:.*Exit codes:")
fossilct_cli_test(evaluate_nothing ARGS evaluate EXIT 2 STDERR "--prediction is missing.*fossilct help evaluate")
fossilct_cli_test(evaluate_no_truth ARGS evaluate -p ${cores}/a_gt.nrrd EXIT 2 STDERR "--truth is missing")
fossilct_cli_test(evaluate_ids_prediction ARGS evaluate ${moved} --ids-prediction ${cores}/a_ids.nrrd EXIT 2
  STDERR "--ids-prediction: needs --ids-truth: bodies are compared with bodies")
fossilct_cli_test(evaluate_ids_truth ARGS evaluate ${moved} --ids-truth ${cores}/a_ids.nrrd EXIT 2 STDERR "--ids-truth: needs --ids-prediction")
foreach(pair ignore:x class:fossil spacing-um:0 spacing-unit:foot)
  string(REPLACE ":" ";" pair "${pair}")
  list(GET pair 0 option)
  list(GET pair 1 value)
  fossilct_cli_test(evaluate_${option}_wrong ARGS evaluate ${moved} --${option} ${value} EXIT 2 STDERR "--${option}: .*'${value}'|--${option}: ")
endforeach()
fossilct_cli_test(evaluate_spacing_both ARGS evaluate ${moved} --spacing-um 2 --spacing-unknown EXIT 2 STDERR "--spacing-um: excludes --spacing-unknown")
fossilct_cli_test(evaluate_scratch ARGS evaluate ${moved} --scratch "" EXIT 2 STDERR "--scratch: ")
fossilct_cli_test(evaluate_picture_name ARGS evaluate ${moved} --picture e.png EXIT 2 STDERR "--picture: 'e.png': the picture is an SVG file")
fossilct_cli_test(evaluate_picture_folder ARGS evaluate ${moved} --picture none/e.svg EXIT 1 STDERR "none/e.svg: the folder none does not exist")
fossilct_cli_test(evaluate_picture_exists PREPARE evaluate ${moved} --picture e.svg ARGS evaluate ${moved} --picture e.svg
  EXIT 1 LEAVES e.svg STDERR "e.svg: exists already.*--overwrite")
fossilct_cli_test(evaluate_overwrite PREPARE evaluate ${moved} --picture e.svg ARGS evaluate ${moved} --picture e.svg --overwrite
  EXIT 0 LEAVES e.svg STDOUT "picture +e.svg")

# What it tells
fossilct_cli_test(evaluate_itself ARGS evaluate -p ${cores}/a_gt.nrrd -t ${cores}/a_gt.nrrd EXIT 0
  STDOUT "voxel size 2 um Voxels .*foreground 1.0000 1.0000 1.0000 1.0000 0.00% .*paper's IoU. 1.0000 .*mean distance .um. 95% Hausdorff .um. foreground 1.0000 1.0000 0.000 0.000 Truth")
fossilct_cli_test(evaluate_moved ARGS evaluate ${moved} ${ids} EXIT 0
  STDOUT "foreground 0.[0-9]+ 0.[0-9]+ .*foreground 1.0000 1.0000 [01].[0-9]+ 2.000 .*Bodies, IoU at least matched .*0.50 6 1.0000 1.0000 1.0000 1.0000 .*bodies 6 in the truth, 6 predicted .0. AP 0.[0-9]+, .*panoptic quality 0.")
fossilct_cli_test(evaluate_json ARGS evaluate ${moved} ${ids} --json --threads 3 EXIT 0
  STDOUT "^{ \"prediction\": \"in/cores/moved_gt.nrrd\".*\"distance_unit\": \"um\".*\"surface\": null.*\"dice_at_1_voxel\": 1.0.*\"confusion\".*\"panoptic_quality\": 0.*\"slices\"")
fossilct_cli_test(evaluate_quiet ARGS evaluate ${moved} --quiet EXIT 0 STDOUT "Surfaces" STDERR "^$")
fossilct_cli_test(evaluate_merged ARGS evaluate ${moved} --ids-prediction ${cores}/one_id.nrrd --ids-truth ${cores}/a_ids.nrrd EXIT 0
  STDOUT "6 in the truth, 1 predicted .-5..*merged +1 .1, 2, 3, 4, 5, 6. ")
fossilct_cli_test(evaluate_split ARGS evaluate ${moved} --ids-truth ${cores}/one_id.nrrd --ids-prediction ${cores}/a_ids.nrrd EXIT 0
  STDOUT "1 in the truth, 6 predicted .[+]5..*split +1 .1, 2, 3, 4, 5, 6. ")
fossilct_cli_test(evaluate_masks ARGS evaluate -p ${cores}/volume -t ${cores}/some --spacing-um 2 --picture e.svg EXIT 0 LEAVES e.svg
  STDERR "masks of 9 slices of the scan's 40, matched by number: 103, 108" STDOUT "not looked at +59,520 voxels .77.5%., which count nowhere.*foreground 1.0000")
fossilct_cli_test(evaluate_ignore ARGS evaluate -p ${cores}/a_gt.nrrd -t ${cores}/seven_gt.nrrd --ignore 7 EXIT 0
  STDOUT "not looked at [0-9,]+ voxels .*foreground 1.0000 1.0000 1.0000 1.0000")
fossilct_cli_test(evaluate_ignore_none ARGS evaluate -p ${cores}/mask_gt.nrrd -t ${cores}/mask_gt.nrrd --ignore none --class 255=fossil EXIT 0
  STDOUT "fossil 1.0000 1.0000")
fossilct_cli_test(evaluate_class ARGS evaluate ${moved} --class "1=foram:#e8a33d" --class 2=diatom EXIT 0
  STDOUT "foram 0.[0-9]+.*diatom - - - - - ")
fossilct_cli_test(evaluate_names PREPARE import ${cores}/a_gt.nrrd -o p.h5 --labels --class 1=foram
  ARGS evaluate -p p.h5 -t ${cores}/a_gt.nrrd EXIT 0 LEAVES p.h5 STDOUT "foram 1.0000")
fossilct_cli_test(evaluate_other_names PREPARE import ${cores}/a_gt.nrrd -o t.h5 --labels --class 1=foram
  ARGS evaluate -p t.h5 -t t.h5 --class 1=fossil EXIT 0 LEAVES t.h5 STDERR "t.h5: label 1 is foram, in the prediction it is fossil; classes are compared by value")
fossilct_cli_test(evaluate_no_spacing ARGS evaluate -p ${cores}/volume -t ${cores}/volume EXIT 0
  STDERR "neither volume states its voxel size: distances are in voxels; --spacing-um" STDOUT "voxel size not known.*mean distance .voxel.")
fossilct_cli_test(evaluate_spacing_unknown ARGS evaluate -p ${cores}/volume -t ${cores}/volume --spacing-unknown EXIT 0
  STDERR "^$" STDOUT "mean distance .voxel.")
fossilct_cli_test(evaluate_spacing_of_truth ARGS evaluate -p ${cores}/volume -t ${cores}/a_gt.nrrd EXIT 0 STDOUT "voxel size 2 um.*mean distance .um.")
fossilct_cli_test(evaluate_spacing_um ARGS evaluate ${moved} --spacing-um 4 EXIT 0 STDOUT "voxel size 4 um.*foreground 1.0000 1.0000 [0-9.]+ 4.000")
fossilct_cli_test(evaluate_missed ARGS evaluate -p ${cores}/empty_gt.nrrd -t ${cores}/a_gt.nrrd EXIT 0
  STDOUT "foreground 0.0000 0.0000 - 0.0000 -100.00% .*foreground: [0-9,]+ voxels of [0-9,]+ of both surfaces lie 64 voxels or more from the other; each counts as 64")
fossilct_cli_test(evaluate_no_foreground ARGS evaluate -p ${cores}/a_gt.nrrd -t ${cores}/mask_gt.nrrd EXIT 0
  STDERR "mask_gt.nrrd: the truth has no foreground; [0-9,]+ voxels have the value 255, which stands for \"nobody has looked\"")

# Volumes that do not go together
set(truth evaluate -p ${cores}/a_gt.nrrd -t)
fossilct_cli_test(evaluate_missing_prediction ARGS evaluate -p none -t ${cores}/a_gt.nrrd EXIT 1 STDERR "none")
fossilct_cli_test(evaluate_missing_truth ARGS ${truth} none EXIT 1 STDERR "none")
fossilct_cli_test(evaluate_missing_ids ARGS ${truth} ${cores}/a_gt.nrrd --ids-prediction none --ids-truth ${cores}/a_ids.nrrd EXIT 1 STDERR "none")
fossilct_cli_test(evaluate_size ARGS ${truth} ${cores}/size_gt.nrrd EXIT 1
  STDERR "size_gt.nrrd: the size of the truth is 48 x 39 x 40 voxels, that of the prediction in/cores/a_gt.nrrd is 48 x 40 x 40; expected the same voxels")
fossilct_cli_test(evaluate_deeper ARGS evaluate -p ${cores}/b_gt.nrrd -t ${cores}/a_gt.nrrd EXIT 1
  STDERR "a_gt.nrrd: the size of the truth is 48 x 40 x 40 voxels, that of the prediction in/cores/b_gt.nrrd is 48 x 40 x 24")
fossilct_cli_test(evaluate_fewer ARGS ${truth} ${cores}/b_gt.nrrd EXIT 1 STDERR "b_gt.nrrd: 24 slices of labels for a scan of 40 slices")
fossilct_cli_test(evaluate_ids_size ARGS ${truth} ${cores}/a_gt.nrrd --ids-prediction ${cores}/size_gt.nrrd --ids-truth ${cores}/a_ids.nrrd EXIT 1
  STDERR "size_gt.nrrd: the size of the predicted bodies is 48 x 39 x 40 voxels, that of the prediction .* is 48 x 40 x 40")
fossilct_cli_test(evaluate_spacing ARGS ${truth} ${cores}/spacing_gt.nrrd EXIT 1
  STDERR "spacing_gt.nrrd: the truth's voxels are 4 um, those of the prediction in/cores/a_gt.nrrd 2 um; .*--spacing-um")
fossilct_cli_test(evaluate_place ARGS evaluate -p ${cores}/here_gt.nrrd -t ${cores}/there_gt.nrrd EXIT 1
  STDERR "there_gt.nrrd: the truth's first voxel lies at .500, 0, 0. um, that of the prediction in/cores/here_gt.nrrd at .100, 0, 0. um")
fossilct_cli_test(evaluate_direction ARGS ${truth} ${cores}/mirrored_gt.nrrd EXIT 1 STDERR "mirrored_gt.nrrd: the truth's axes lie as x .-1 0 0.")
fossilct_cli_test(evaluate_numbers ARGS evaluate -p ${cores}/volume -t ${cores}/strangers --spacing-um 2 EXIT 1 STDERR "strangers: there is no slice .* 1003")
fossilct_cli_test(evaluate_value ARGS ${truth} ${cores}/seven_gt.nrrd --class 1=fossil EXIT 1
  STDERR "seven_gt.nrrd: the label 7 is of no class; .*--class 7=NAME beside the others, or leave it out of account with --ignore 7")
fossilct_cli_test(evaluate_predicted_value ARGS evaluate -p ${cores}/mask_gt.nrrd -t ${cores}/a_gt.nrrd EXIT 1
  STDERR "mask_gt.nrrd: the label 255 is of no class; .*--class 255=NAME beside the others $")
fossilct_cli_test(evaluate_scan ARGS evaluate -p ${cores}/a.nrrd -t ${cores}/a_gt.nrrd --class 1=fossil EXIT 1 STDERR "a.nrrd: the label [0-9]+ is of no class")
fossilct_cli_test(evaluate_class_ignored ARGS evaluate ${moved} --class 255=fossil EXIT 2 STDERR "--class: the value 255 .fossil. is what --ignore leaves out")
fossilct_cli_test(evaluate_onto_truth PREPARE evaluate ${moved} --picture e.svg ARGS evaluate ${moved} --picture e.svg --overwrite --ids-truth e.svg
  --ids-prediction e.svg EXIT 2 LEAVES e.svg STDERR "--picture: e.svg is what is read")

# The same figures from others
add_test(NAME cli_evaluate_as_scipy COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/evaluate_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/runs/evaluate_as_scipy")
set_tests_properties(cli_evaluate_as_scipy PROPERTIES LABELS cli SKIP_RETURN_CODE 77 TIMEOUT 120)
