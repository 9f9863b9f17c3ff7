# The command `extract`: each option, and each bad input with its message, on a small phantom.
add_test(NAME cli_extract_phantom COMMAND fossilct phantom --output phantom.h5 --labels phantom-labels.h5
  --instances phantom-ids.h5 --size 96x96x64 --fossils 7 --fossil-size-um 100 --seed 5 --overwrite --quiet
  WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/inputs")
set_tests_properties(cli_extract_phantom PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs TIMEOUT 120 DEPENDS cli_inputs)

set(extract extract in/phantom-labels.h5 --scan in/phantom.h5 --output f.fossils --threads 1)

# Usage
fossilct_cli_test(help_extract ARGS help extract EXIT 0 STDOUT "^fossilct extract: .*Usage: fossilct extract LABELS.*Examples:.*Exit codes:")
fossilct_cli_test(extract_nothing ARGS extract EXIT 2 STDERR "LABELS is missing.*fossilct help extract")
fossilct_cli_test(extract_no_output ARGS extract in/phantom-labels.h5 EXIT 2 STDERR "--output is missing")
fossilct_cli_test(extract_near ARGS ${extract} --clases 1 EXIT 2 STDERR "did you mean --classes")
fossilct_cli_test(extract_no_folder ARGS extract in/phantom-labels.h5 -o none/f.fossils EXIT 1 STDERR "the folder none does not exist")
foreach(pair classes:0 classes:x connectivity:8 min-diameter-um:-1 split:maybe split-depth:2 margin:0 confidence:100 memory:-1 memory:0.001
    wall-class:wall spacing-um:0)
  string(REPLACE ":" ";" pair "${pair}")
  list(GET pair 0 option)
  list(GET pair 1 value)
  string(MAKE_C_IDENTIFIER "${option}_${value}" name)
  fossilct_cli_test(extract_${name} ARGS ${extract} --${option} ${value} EXIT 2 STDERR "--${option}: ")
endforeach()

# What it does
fossilct_cli_test(extract ARGS ${extract} EXIT 0 LEAVES f.fossils/
  STDOUT "catalogue +f.fossils.*fossils +[67] .*rock +[0-9.e-]+ cm3.*density +.* per cm3 .*95%")
fossilct_cli_test(extract_json ARGS ${extract} --json EXIT 0 LEAVES f.fossils/
  STDOUT "\"output\": \"f.fossils\".*\"specimens\": [67],.*\"components\".*\"density\"")
fossilct_cli_test(extract_quiet ARGS ${extract} --quiet EXIT 0 LEAVES f.fossils/ STDOUT "^$" STDERR "^$")
fossilct_cli_test(extract_no_scan ARGS extract in/phantom-labels.h5 -o f.fossils EXIT 0 LEAVES f.fossils/ STDOUT "fossils +[67] ")
fossilct_cli_test(extract_options ARGS ${extract} --classes fossil --apart --connectivity 6 --min-diameter-um 40 --split always --split-depth 0.5
  --margin 3 --no-anatomy --confidence 90 --memory 1 EXIT 0 LEAVES f.fossils/ STDOUT "90%")
fossilct_cli_test(extract_split_none ARGS ${extract} --split none --no-anatomy EXIT 0 LEAVES f.fossils/)
fossilct_cli_test(extract_again PREPARE ${extract} --no-anatomy ARGS ${extract} --no-anatomy EXIT 0 LEAVES f.fossils/ STDOUT "kept +[67] ids")
fossilct_cli_test(extract_overwrite PREPARE ${extract} --no-anatomy ARGS ${extract} --no-anatomy --overwrite EXIT 0 LEAVES f.fossils/)
fossilct_cli_test(extract_name ARGS ${extract} --no-anatomy --name "box 7" EXIT 0 LEAVES f.fossils/)
fossilct_cli_test(extract_no_name ARGS ${extract} --name EXIT 2 STDERR "--name: its value is missing")
fossilct_cli_test(extract_retire_reviewed PREPARE ${extract} --no-anatomy ARGS ${extract} --no-anatomy --retire-reviewed EXIT 0
  LEAVES f.fossils/ STDOUT "0 retired")
fossilct_cli_test(extract_none_large ARGS ${extract} --min-diameter-um 5000 EXIT 0 LEAVES f.fossils/
  STDERR "none of the .* bodies is as large" STDOUT "fossils +0")

fossilct_cli_test(extract_one_small ARGS extract in/values.raw --raw 16x12x8:u16le --spacing-unknown --min-diameter-um 60 -o f.fossils EXIT 0
  LEAVES f.fossils/ STDOUT "fossils +0"
  STDERR "values.raw: holds more than 30 different values.*the voxel size is not known: --min-diameter-um 60 is taken as 60 voxel edges.*the only body is smaller than")

fossilct_cli_test(extract_barren ARGS extract in/background.raw --raw 16x12x8:u8 --spacing-um 2 -o f.fossils EXIT 0
  LEAVES f.fossils/ STDOUT "fossils +0.*bodies +0 found" STDERR "hold no voxel of a fossil: the catalogue is empty")

# Bad input
fossilct_cli_test(extract_no_such_class ARGS ${extract} --classes 7 EXIT 1 STDERR "none is of the classes asked for; there is another: 1")
fossilct_cli_test(extract_no_labels ARGS extract in/none -o f.fossils EXIT 1 STDERR "in/none")
fossilct_cli_test(extract_no_scan_file ARGS extract in/phantom-labels.h5 --scan in/none -o f.fossils EXIT 1 STDERR "in/none")
fossilct_cli_test(extract_other_size ARGS extract in/phantom-labels.h5 --scan in/good --spacing-um 4 -o f.fossils EXIT 1
  STDERR "phantom-labels.h5: the size of the labels is 96 x 96 x 64 voxels, that of the scan in/good is 16 x 12 x 8")
fossilct_cli_test(extract_swapped ARGS extract in/phantom-labels.h5 --scan in/phantom-ids.h5 -o f.fossils EXIT 1
  STDERR "phantom-ids.h5: holds labels; expected the intensities")
fossilct_cli_test(extract_not_labels ARGS extract in/nan.raw --raw 8x8x8:f32le --spacing-um 2 -o f.fossils EXIT 1 STDERR "nan.raw.*label")
fossilct_cli_test(extract_no_foreground ARGS extract in/values.raw --raw 16x12x8:u16le --spacing-um 2 --classes 60001
  -o f.fossils EXIT 1 STDERR "no voxel of a fossil")
fossilct_cli_test(extract_uncertainty_size ARGS ${extract} --uncertainty in/good EXIT 1 STDERR "the size of the uncertainty is 16 x 12 x 8")
fossilct_cli_test(extract_uncertainty_type ARGS ${extract} --uncertainty in/phantom.h5 EXIT 1 STDERR "its voxels are u16; expected u8")
fossilct_cli_test(extract_strangers PREPARE export in/good --spacing-um 2 -o f.fossils/ --format tiff-folder ARGS ${extract} EXIT 1 LEAVES f.fossils/
  STDERR "f.fossils: is a folder with other things in it")
fossilct_cli_test(extract_other_scan PREPARE extract in/masks --spacing-um 2 --min-diameter-um 2 -o f.fossils ARGS ${extract} EXIT 1 LEAVES f.fossils/
  STDERR "f.fossils: is the catalogue of another scan, .*--overwrite")

# Found against the truth, ids that stay, crops in place, kills.
add_test(NAME cli_extract_checked COMMAND /usr/bin/python3 "${CMAKE_CURRENT_SOURCE_DIR}/extract_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/runs/extract_checked" 10)
set_tests_properties(cli_extract_checked PROPERTIES LABELS cli TIMEOUT 300)

# Into a folder that has a catalogue already.
add_test(NAME cli_extract_again_checked COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/reextract_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/runs/extract_again_checked")
set_tests_properties(cli_extract_again_checked PROPERTIES LABELS cli TIMEOUT 120)
add_test(NAME cli_extract_full_disk COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/full_disk_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/runs/extract_full_disk")
set_tests_properties(cli_extract_full_disk PROPERTIES LABELS cli TIMEOUT 120)
