# The command `segment`: each option, and each bad input with its message, with a model of a few seconds.
set(model in/cores/model.safetensors)
add_test(NAME cli_segment_model COMMAND fossilct train --scan cores/a.nrrd --labels cores/a_gt.nrrd --threads 1
  --output cores/model.safetensors --set stages.0.unfrozen.epochs=0 --set stages.1.unfrozen.epochs=0
  --set stages.2.unfrozen.epochs=2 --set stages.2.epoch_samples=96 --set stages.2.batch=4 --set stages.2.crop=32
  WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/inputs")
set_tests_properties(cli_segment_model PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs TIMEOUT 120
  DEPENDS "cli_inputs;cli_core_files")

set(scan in/cores/a.nrrd)
set(segment segment ${scan} --model ${model} --output l.h5 --threads 1)

# Usage
fossilct_cli_test(help_segment ARGS help segment EXIT 0 STDOUT "^fossilct segment: .*Usage: fossilct segment SCAN.*Examples:.*Exit codes:")
fossilct_cli_test(segment_nothing ARGS segment EXIT 2 STDERR "SCAN is missing.*fossilct help segment")
fossilct_cli_test(segment_no_output ARGS segment ${scan} --model ${model} EXIT 2 STDERR "--output is missing")
fossilct_cli_test(segment_output_name ARGS segment ${scan} --model ${model} -o l.tif EXIT 2 STDERR "--output: 'l.tif': a volume file")
fossilct_cli_test(segment_no_folder ARGS segment ${scan} --model ${model} -o none/l.h5 EXIT 1 STDERR "the folder none does not exist")
fossilct_cli_test(segment_exists PREPARE import in/good --spacing-um 2 --output l.h5 ARGS ${segment} EXIT 1 LEAVES l.h5
  STDERR "l.h5: exists already.*--overwrite")
fossilct_cli_test(segment_onto_scan PREPARE import ${scan} --output l.h5 ARGS segment l.h5 --model ${model} -o l.h5 --overwrite
  EXIT 2 LEAVES l.h5 STDERR "--output: l.h5 is what is read")
foreach(pair axes:zz axes:w tta:all tile:63 tile:x batch:-1 precision:fp8 device:gpu memory:-1 threshold:high min-voxels:-1
    min-voxels:fossil= open:101 fill-holes:rock roi:1 spacing-um:0)
  string(REPLACE ":" ";" pair "${pair}")
  list(GET pair 0 option)
  list(GET pair 1 value)
  string(MAKE_C_IDENTIFIER "${option}_${value}" name)
  fossilct_cli_test(segment_${name} ARGS ${segment} --${option} ${value} EXIT 2 STDERR "--${option}: ")
endforeach()
fossilct_cli_test(segment_near ARGS ${segment} --modle x EXIT 2 STDERR "did you mean --model")

# What it does
fossilct_cli_test(segment ARGS ${segment} EXIT 0 LEAVES l.h5 STDOUT "written +l.h5.*found +foreground [0-9.]+%.*took .*in the network"
  STDERR "views +axes zyx, 3 a voxel.*will use about .* of RAM, .* of disk for finished slabs")
fossilct_cli_test(segment_info PREPARE ${segment} --axes z ARGS info l.h5 EXIT 0 LEAVES l.h5
  STDOUT "48 x 40 x 40 voxels.* 2 um.*u8, labels.*1 foreground")
fossilct_cli_test(segment_json ARGS ${segment} --axes z --json EXIT 0 LEAVES l.h5
  STDOUT "\"outputs\": . \"l.h5\" .*\"prediction\": {.*\"sha256\".*\"axes\": \"z\".*\"network_seconds\"")
fossilct_cli_test(segment_quiet ARGS ${segment} --axes z --quiet EXIT 0 LEAVES l.h5 STDOUT "^$" STDERR "^$")
fossilct_cli_test(segment_all_outputs ARGS ${segment} --axes zx --tta flips --probabilities --uncertainty EXIT 0
  LEAVES l.disagreement.h5 l.entropy.h5 l.h5 l.probability-foreground.h5 STDERR "axes zx, 8 a voxel")
fossilct_cli_test(segment_tiles ARGS ${segment} --axes z --tta full --tile 64 --batch 2 --no-skip --precision fp32 --device cpu EXIT 0 LEAVES l.h5
  STDERR "axes z, 8 a voxel; tiles of at most 64; fp32")
fossilct_cli_test(segment_roi ARGS ${segment} --axes z --roi 0:40,0:32,8:24 EXIT 0 LEAVES l.h5 STDERR "volume +40 x 32 x 16 voxels")
fossilct_cli_test(segment_folder ARGS segment in/cores/slices --spacing-um 2 --model ${model} -o l.h5 --axes z EXIT 0 LEAVES l.h5)
fossilct_cli_test(segment_clean ARGS ${segment} --axes z --open 1 --fill-holes all --min-voxels 20 --min-voxels foreground=30 EXIT 0 LEAVES l.h5)
fossilct_cli_test(segment_overwrite PREPARE ${segment} --axes z --roi 0:40,0:40,0:8 ARGS ${segment} --axes z --overwrite --restart
  EXIT 0 LEAVES l.h5)
fossilct_cli_test(segment_resampled ARGS ${segment} --axes z --spacing-um 3 EXIT 0 LEAVES l.h5
  STDERR "voxels of 3 x 3 x 3 um, the model was trained on 2 x 2 x 2 um: the scan is resampled.*volume +72 x 60 x 60 voxels")
fossilct_cli_test(segment_resampled_back PREPARE ${segment} --axes z --spacing-um 3 ARGS info l.h5 EXIT 0 LEAVES l.h5
  STDOUT "48 x 40 x 40 voxels.* 3 um")
fossilct_cli_test(segment_no_resample ARGS ${segment} --spacing-um 3 --no-resample EXIT 2
  STDERR "voxels of 3 x 3 x 3 um, the model was trained on 2 x 2 x 2 um: more than 10% apart")
fossilct_cli_test(segment_spacing_unknown ARGS segment in/cores/slices --spacing-unknown --axes z --model ${model} -o l.h5 EXIT 0 LEAVES l.h5
  STDERR "voxel size of the scan is not known: fossils are looked for at the size in voxels")
fossilct_cli_test(segment_threshold ARGS segment ${scan} --threshold otsu -o l.h5 EXIT 0 LEAVES l.h5 STDERR "threshold 1[34][0-9].* .Otsu."
  STDOUT "found +foreground")
fossilct_cli_test(segment_threshold_value ARGS segment ${scan} --threshold 300 -o l.h5 EXIT 0 LEAVES l.h5 STDOUT "found +foreground 0%")
fossilct_cli_test(segment_threshold_model ARGS ${segment} --threshold otsu EXIT 2 STDERR "--model: belongs to a network")

# Bad input
fossilct_cli_test(segment_nan ARGS segment in/nan.raw --raw 8x8x8:f32le --spacing-um 2 --model ${model} -o l.h5 --axes z EXIT 0 LEAVES l.h5
  STDERR "warning: 2 voxels of those looked at are NaN or infinite: .*--replace-nan")
fossilct_cli_test(segment_no_scan ARGS segment in/none --model ${model} -o l.h5 EXIT 1 STDERR "in/none")
fossilct_cli_test(segment_no_model ARGS segment ${scan} --model none.safetensors -o l.h5 EXIT 1 STDERR "none.safetensors")
fossilct_cli_test(segment_no_model_file ARGS segment ${scan} --model in/text.tif -o l.h5 EXIT 1 STDERR "in/text.tif")
fossilct_cli_test(segment_weights ARGS segment ${scan} --model in/unet.safetensors -o l.h5 EXIT 1
  STDERR "unet.safetensors: holds weights without the record of a model.*fossilct train")
fossilct_cli_test(segment_probability_is_scan PREPARE import ${scan} --output l.probability-foreground.h5
  ARGS segment l.probability-foreground.h5 --model ${model} -o l.h5 --probabilities --overwrite EXIT 2 LEAVES l.probability-foreground.h5
  STDERR "--output: l.probability-foreground.h5 is what is read")
fossilct_cli_test(segment_strangers PREPARE export in/good --spacing-um 2 --roi 0:16,0:12,0:2 --output l.h5.slabs/ --format tiff-folder ARGS ${segment} --restart EXIT 1
  LEAVES l.h5.slabs/l.h5.slabs_0000.tif l.h5.slabs/l.h5.slabs_0001.tif STDERR "l.h5.slabs: is where finished slabs would be kept.*something else in it")
fossilct_cli_test(segment_labels PREPARE import in/masks -o m.h5 --spacing-um 2 --labels ARGS segment m.h5 --model ${model} -o l.h5
  EXIT 1 LEAVES m.h5 STDERR "m.h5: holds labels; expected the intensities")
fossilct_cli_test(segment_memory ARGS ${segment} --memory 0.001 EXIT 4 STDERR "of RAM.*are allowed: .*--memory, or a smaller --tile")
fossilct_cli_test(segment_unlike ARGS segment in/good --spacing-um 2 --model ${model} -o l.h5 --axes z EXIT 0 LEAVES l.h5
  STDERR "warning: the scan is unlike what the model was trained on .nearest: .*histogram [0-9.]+ .unlike from.*look at a few slices")
fossilct_cli_test(segment_other_type ARGS segment in/values.raw --raw 16x12x8:u16le --spacing-um 2 --model ${model} -o l.h5 --axes z EXIT 0
  LEAVES l.h5 STDERR "the scan is u16, the model was trained on u8: intensities are converted")
fossilct_cli_test(segment_require_similar ARGS segment in/good --spacing-um 2 --model ${model} -o l.h5 --require-similar EXIT 1
  STDERR "in/good: the scan is unlike what the model was trained on")

add_test(NAME cli_segment_kills COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/segment_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/inputs/cores/model.safetensors" "${CMAKE_CURRENT_BINARY_DIR}/runs/segment_kills" 4)
set_tests_properties(cli_segment_kills PROPERTIES LABELS cli TIMEOUT 600 FIXTURES_REQUIRED cli_inputs)
add_test(NAME cli_segment_ten_kills COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/segment_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/inputs/cores/model.safetensors" "${CMAKE_CURRENT_BINARY_DIR}/runs/segment_ten_kills" 10)
set_tests_properties(cli_segment_ten_kills PROPERTIES LABELS slow TIMEOUT 1200 FIXTURES_REQUIRED cli_inputs)
