# The command `train`: each option, and each bad input with its message. Trainings are as short as
# they can be: one stage, a few crops of 32 pixels.
add_test(NAME cli_core_files COMMAND Python3::Interpreter
  "${CMAKE_CURRENT_SOURCE_DIR}/make_cli_cores.py" "${CMAKE_CURRENT_BINARY_DIR}/inputs")
set_tests_properties(cli_core_files PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs DEPENDS cli_inputs)

set(cores in/cores)
set(a --scan ${cores}/a.nrrd --labels ${cores}/a_gt.nrrd)
set(train train ${a} --output m.safetensors)
set(tiny --threads 1 --set stages.0.unfrozen.epochs=0 --set stages.1.unfrozen.epochs=0 --set stages.2.unfrozen.epochs=1
  --set stages.2.epoch_samples=4 --set stages.2.batch=2 --set stages.2.crop=32)
set(written m.report.html m.safetensors m.train.csv)

# Usage
fossilct_cli_test(help_train ARGS help train EXIT 0 STDOUT "^fossilct train: .*Usage: fossilct train --scan.*--resume CHECKPOINT.*Examples:.*Exit codes:")
fossilct_cli_test(train_nothing ARGS train EXIT 2 STDERR "--scan is missing: .*--labels.*fossilct help train")
fossilct_cli_test(train_no_labels ARGS train --scan ${cores}/a.nrrd -o m.safetensors EXIT 2 STDERR "--labels: 0 given for 1 --scan")
fossilct_cli_test(train_no_test_labels ARGS ${train} --test-scan ${cores}/a.nrrd EXIT 2 STDERR "--test-labels: 0 given for 1 --test-scan")
fossilct_cli_test(train_no_validate_labels ARGS ${train} --validate-scan ${cores}/a.nrrd EXIT 2 STDERR "--validate-labels: 0 given for 1")
fossilct_cli_test(train_no_output ARGS train ${a} EXIT 2 STDERR "--output is missing")
fossilct_cli_test(train_output_name ARGS train ${a} -o m.h5 EXIT 2 STDERR "--output: 'm.h5': a model is a safetensors file")
fossilct_cli_test(train_no_folder ARGS train ${a} -o none/m.safetensors EXIT 1 STDERR "the folder none does not exist")
fossilct_cli_test(train_exists PREPARE weights convert in/unet.safetensors m.safetensors ARGS ${train} EXIT 1 LEAVES m.safetensors
  STDERR "m.safetensors: exists already.*--overwrite")
fossilct_cli_test(train_onto_weights PREPARE weights convert in/resnet18.safetensors m.safetensors ARGS ${train} --overwrite
  --encoder-weights m.safetensors EXIT 2 LEAVES m.safetensors STDERR "--output: m.safetensors is what is read")

# The recipe
fossilct_cli_test(train_print_recipe ARGS train --print-recipe --axes z --context 0 --loss focal --class-weights 1,2 --lr 1e-3 --ema 0
  --set stages.0.batch=3 EXIT 0
  STDOUT "^{.*\"axes\": \"z\".*\"context\": 0.*\"ema\": 0.0.*\"focal\".*\"class_weights\": . 1.0, 2.0 .*\"batch\": 3.*0.001")
fossilct_cli_test(train_print_recipe_find ARGS train --print-recipe --recipe quick --lr find --class-weights auto EXIT 0
  STDOUT "\"name\": \"quick\".*\"balance_classes\": true.*\"rates\": null")
fossilct_cli_test(train_recipe_unknown ARGS train --print-recipe --recipe quik EXIT 2 STDERR "quik.*quick")
fossilct_cli_test(train_recipe_no_file ARGS train --print-recipe --recipe none.json EXIT 1 STDERR "none.json")
fossilct_cli_test(train_recipe_text ARGS train --print-recipe --recipe ${cores}/text.json EXIT 1 STDERR "text.json: is no JSON.*--print-recipe")
fossilct_cli_test(train_recipe_part ARGS train --print-recipe --recipe ${cores}/recipe.json EXIT 1 STDERR "recipe.json: ")
fossilct_cli_test(train_set_near ARGS train --print-recipe --set stages.0.bach=3 EXIT 2 STDERR "--set: .*did you mean batch")
fossilct_cli_test(train_set_range ARGS train --print-recipe --set ema=2 EXIT 2 STDERR "--set: 'ema=2': ")
foreach(pair axes:w context:1.5 loss:hinge class-weights:many lr:fast ema:1 precision:fp8 seed:-1 cache-gib:0 checkpoint-minutes:0
    validate-share:1 guard:-1 validate-slices:9223372036854775807 validation:all ignore:x class:fossil raw:1x2 labels-raw:1x2)
  string(REPLACE ":" ";" pair "${pair}")
  list(GET pair 0 option)
  list(GET pair 1 value)
  fossilct_cli_test(train_${option} ARGS ${train} --${option} ${value} EXIT 2 STDERR "--${option}: .*'${value}'")
endforeach()
fossilct_cli_test(train_paper ARGS ${train} --recipe paper EXIT 2
  STDERR "--recipe: paper begins with .*--encoder-weights resnet34-b627a593.pth.*download.pytorch.org.*--from-scratch")
fossilct_cli_test(train_paper_scratch ARGS train --recipe paper --from-scratch --print-recipe EXIT 0 STDOUT "\"decoder\": \"pixelshuffle\"")
fossilct_cli_test(train_scratch_weights ARGS ${train} --from-scratch --encoder-weights in/resnet18.safetensors EXIT 2
  STDERR "--from-scratch: excludes --encoder-weights")
fossilct_cli_test(train_weights_missing ARGS ${train} --encoder-weights none.pth EXIT 1 STDERR "none.pth")
fossilct_cli_test(train_weights_other ARGS ${train} --encoder-weights in/unet.safetensors EXIT 2
  STDERR "--encoder-weights: in/unet.safetensors holds the weights of no encoder that is known, the recipe's encoder is ")
fossilct_cli_test(train_weights_other_resnet ARGS ${train} --encoder-weights in/resnet18.safetensors --set encoder=resnet50 EXIT 2
  STDERR "--encoder-weights: in/resnet18.safetensors holds the weights of resnet18, the recipe's encoder is resnet50; --set encoder=resnet18")
fossilct_cli_test(train_from_model_recipe ARGS train --print-recipe --from-model starter EXIT 0
  STDOUT "\"name\": \"tune\".*\"encoder\": \"resnet18\".*\"axes\": \"zyx\"")
fossilct_cli_test(train_from_model_missing ARGS ${train} --from-model none.safetensors EXIT 1 STDERR "none.safetensors")
fossilct_cli_test(train_from_model_weights ARGS ${train} --from-model in/resnet18.safetensors EXIT 1
  STDERR "in/resnet18.safetensors: holds weights without the record of a model")
fossilct_cli_test(train_from_model_weights_too ARGS ${train} --from-model starter --encoder-weights in/resnet18.safetensors EXIT 2
  STDERR "--from-model: excludes --encoder-weights")
fossilct_cli_test(train_from_model_context ARGS ${train} --from-model starter --context 2 EXIT 2
  STDERR "--from-model: .*starter.safetensors is a U-Net of resnet18 .*sees 1 neighbour on each side; .*--context")
fossilct_cli_test(train_from_model_encoder ARGS ${train} --from-model starter --set encoder=resnet34 EXIT 2
  STDERR "--from-model: .*--set of encoder")
fossilct_cli_test(train_device ARGS ${train} --device gpu EXIT 2 STDERR "--device: 'gpu' is no device; expected auto, cpu, cuda")
fossilct_cli_test(train_device_99 ARGS ${train} --device cuda:99 EXIT 4 STDERR "--device: there is no device cuda:99")

# Validation
fossilct_cli_test(train_validation_two ARGS ${train} --validation random-slices --validate-slices 3 EXIT 2
  STDERR "--validate-slices: excludes --validation random-slices")
fossilct_cli_test(train_validation_scan ARGS ${train} --validate-slices 3 --validate-scan ${cores}/a.nrrd --validate-labels ${cores}/a_gt.nrrd
  EXIT 2 STDERR "--validate-scan: excludes --validate-slices")
fossilct_cli_test(train_validation_empty ARGS train --scan ${cores}/a.nrrd --labels ${cores}/end_gt.nrrd -o m.safetensors
  --validate-slices 30-39 EXIT 1 STDERR "validation .*no foreground")
fossilct_cli_test(train_validation_moved ARGS train --scan ${cores}/a.nrrd --labels ${cores}/end_gt.nrrd -o m.safetensors ${tiny}
  EXIT 0 LEAVES ${written} STDERR "the last block has no foreground.*slices [0-9]+ to [0-9]+ validate in its place")
fossilct_cli_test(train_leak ARGS ${train} ${tiny} --test-scan ${cores}/a.nrrd --test-labels ${cores}/a_gt.nrrd
  EXIT 0 LEAVES ${written} STDERR "a.nrrd is trained on as well: its score flatters" STDOUT "test scan")
fossilct_cli_test(train_validation_number ARGS ${train} --validate-slices 77 EXIT 2 STDERR "77")

# Scans and labels that do not go together
set(pair train -o m.safetensors --scan ${cores}/a.nrrd --labels)
fossilct_cli_test(train_bad_scan ARGS train --scan none --labels ${cores}/a_gt.nrrd -o m.safetensors EXIT 1 STDERR "none")
fossilct_cli_test(train_bad_labels ARGS ${pair} none EXIT 1 STDERR "none")
fossilct_cli_test(train_bad_size ARGS ${pair} ${cores}/size_gt.nrrd EXIT 1
  STDERR "size_gt.nrrd: the labels are 48 x 39 x 40 voxels, the scan in/cores/a.nrrd is 48 x 40 x 40")
fossilct_cli_test(train_bad_spacing ARGS ${pair} ${cores}/spacing_gt.nrrd EXIT 1
  STDERR "spacing_gt.nrrd: the labels' voxels are 4 um, those of the scan in/cores/a.nrrd 2 um")
fossilct_cli_test(train_bad_direction ARGS ${pair} ${cores}/mirrored_gt.nrrd EXIT 1
  STDERR "mirrored_gt.nrrd: the labels' axes lie as x .-1 0 0., .*those of the scan in/cores/a.nrrd as x .1 0 0.")
fossilct_cli_test(train_bad_value ARGS ${pair} ${cores}/seven_gt.nrrd --class 1=fossil EXIT 1
  STDERR "seven_gt.nrrd: the label 7 is of no class; it is at x .*of slice number 5 .*--class 7=NAME.*--ignore 7")
fossilct_cli_test(train_bad_mask ARGS ${pair} ${cores}/mask_gt.nrrd EXIT 1 STDERR "mask_gt.nrrd: .*only one class.*--ignore none --class 255=fossil")
fossilct_cli_test(train_bad_empty ARGS ${pair} ${cores}/empty_gt.nrrd EXIT 1 STDERR "empty_gt.nrrd: the labels hold only one class, 0 background")
fossilct_cli_test(train_bad_kind PREPARE import ${cores}/a_gt.nrrd -o l.h5 --labels ARGS train --scan l.h5 --labels l.h5 -o m.safetensors
  EXIT 1 LEAVES l.h5 STDERR "l.h5: holds labels; expected the scan")
fossilct_cli_test(train_bad_numbers ARGS train --scan ${cores}/slices --labels ${cores}/strangers --spacing-um 2 -o m.safetensors EXIT 1
  STDERR "strangers: there is no slice of the scan for the mask of number 1003 .s_1003_GT.png. .*1003, 1008.*of in/cores/slices: 100, 101")
fossilct_cli_test(train_bad_spacings ARGS ${train} --scan ${cores}/far.nrrd --labels ${cores}/far_gt.nrrd EXIT 1
  STDERR "the voxels of in/cores/far.nrrd are 5 um, those of in/cores/a.nrrd 2 um; .*--resample")
fossilct_cli_test(train_no_spacing ARGS train --scan ${cores}/slices --labels ${cores}/some -o m.safetensors EXIT 1 STDERR "slices.*--spacing-um")
fossilct_cli_test(train_not_neighbours ARGS train --scan ${cores}/apart --labels ${cores}/apart_gt --spacing-um 2 -o m.safetensors EXIT 2
  STDERR "--axes: in/cores/apart has only every 50th slice.*--axes z --context 0")

# Going on
fossilct_cli_test(train_resume_missing ARGS train --resume none.checkpoint EXIT 1 STDERR "none.checkpoint")
fossilct_cli_test(train_resume_other ARGS train --resume in/unet.safetensors EXIT 1 STDERR "unet.safetensors: is no checkpoint")
fossilct_cli_test(train_resume_change ARGS train --resume none.checkpoint --ema 0 EXIT 2 STDERR "--ema: can't be changed when training goes on")

# Trainings
fossilct_cli_test(train ARGS ${train} ${tiny} --scan ${cores}/b.nrrd --labels ${cores}/b_gt.nrrd --class "1=fossil:#e8a33d"
  --test-scan ${cores}/b.nrrd --test-labels ${cores}/b_gt.nrrd EXIT 0 LEAVES ${written}
  STDERR "voxels of in/cores/b.nrrd are 3 um, .*will use about .* of RAM, .* of disk.*epoch 1 of 1: loss [0-9.]+, IoU "
  STDOUT "written +m.safetensors m.report.html m.train.csv best epoch +1 of 1.*mean IoU of the foreground.*fossil.*test")
fossilct_cli_test(train_resample ARGS ${train} ${tiny} --scan ${cores}/far.nrrd --labels ${cores}/far_gt.nrrd --resample --json EXIT 0
  LEAVES ${written} STDERR "far.nrrd: resampled from voxels of 5 um to 2 um" STDOUT "^{.*\"output\": \"m.safetensors\".*\"scores\".*\"sha256\"")
fossilct_cli_test(train_some_masks ARGS train --scan ${cores}/slices --labels ${cores}/some --spacing-um 2 -o m.safetensors ${tiny} EXIT 0
  LEAVES ${written} STDERR "masks of 9 slices of the scan's 40, matched by number: 103, 108.*IoU")
fossilct_cli_test(train_apart ARGS train --scan ${cores}/apart --labels ${cores}/apart_gt --spacing-unknown -o m.safetensors --axes z --context 0
  --validate-slices 150 ${tiny} EXIT 0 LEAVES ${written} STDERR "voxel size is not known.*IoU")
fossilct_cli_test(train_mask_255 ARGS ${pair} ${cores}/mask_gt.nrrd --ignore none --class 255=fossil ${tiny} --keep-checkpoint --quiet
  EXIT 0 LEAVES ${written} m.checkpoint m.checkpoint.previous STDOUT "^$")
add_test(NAME cli_train_resume COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/train_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/inputs/cores" "${CMAKE_CURRENT_BINARY_DIR}/runs/train_resume")
set_tests_properties(cli_train_resume PROPERTIES LABELS cli TIMEOUT 300 FIXTURES_REQUIRED cli_inputs)
