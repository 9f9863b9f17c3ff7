# The command `weights`, and that it is in a companion program (docs/decisions/014).
set(python_of_debian /usr/bin/python3)
execute_process(COMMAND ${python_of_debian} -c
  "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)" RESULT_VARIABLE no_torch)
add_test(NAME cli_weight_files COMMAND ${python_of_debian}
  "${CMAKE_CURRENT_SOURCE_DIR}/make_cli_weights.py" "${CMAKE_CURRENT_BINARY_DIR}/inputs")
set_tests_properties(cli_weight_files PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs DEPENDS cli_inputs)

add_test(NAME cli_starts_without_torch COMMAND ldd "$<TARGET_FILE:fossilct>")
set_tests_properties(cli_starts_without_torch PROPERTIES LABELS cli FAIL_REGULAR_EXPRESSION "libtorch|libc10|libvtk")
add_test(NAME cli_companion_has_torch COMMAND ldd "$<TARGET_FILE:fossilct-torch>")
set_tests_properties(cli_companion_has_torch PROPERTIES LABELS cli PASS_REGULAR_EXPRESSION "libtorch")
add_test(NAME cli_companion COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/companion_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/inputs/large.safetensors"
  "${CMAKE_CURRENT_BINARY_DIR}/runs/companion")
set_tests_properties(cli_companion PROPERTIES LABELS cli TIMEOUT 120 FIXTURES_REQUIRED cli_inputs)

# As a command inside
fossilct_cli_test(help_weights ARGS help weights EXIT 0 STDOUT "^fossilct weights: .*Usage: fossilct weights info FILE.*Exit codes:")
fossilct_cli_test(weights_help ARGS weights --help EXIT 0 STDOUT "--encoder-only")
fossilct_cli_test(weights_near_name ARGS wieghts EXIT 2 STDERR "no command 'wieghts'; did you mean weights")
fossilct_cli_test(weights_nothing ARGS weights EXIT 2 STDERR "ACTION is missing: `info` .*`convert` .*fossilct help weights")
fossilct_cli_test(weights_near_action ARGS weights inof in/unet.safetensors EXIT 2
  STDERR "ACTION: 'inof' is none of: info, convert; did you mean info.*fossilct help weights")
fossilct_cli_test(weights_near_option ARGS weights info in/unet.safetensors --tensor EXIT 2 STDERR "did you mean --tensors")
fossilct_cli_test(weights_config ARGS weights info in/unet.safetensors --config in/weights.ini EXIT 0 STDOUT "encoder.conv1.weight f32 4 x 3 x 7 x 7")
fossilct_cli_test(weights_quiet ARGS weights info in/unet.safetensors --quiet EXIT 0 STDOUT "unet.safetensors" STDERR "^$")

# info
set(info weights info)
fossilct_cli_test(weights_info ARGS ${info} in/unet.safetensors EXIT 0
  STDOUT "format +safetensors .*segmentation_models.*4 tensors, 662 parameters.*f32.*all finite.*note: kept.*encoder 2 tensors.*--tensors")
fossilct_cli_test(weights_info_resnet18 ARGS ${info} in/resnet18.safetensors EXIT 0
  STDOUT "torchvision's ResNet encoder resnet18 network ResNet18 classifier, 3 channels, 1000 classes content 122 tensors, 11,689,512 parameters")
fossilct_cli_test(weights_info_json ARGS ${info} in/unet.safetensors --json EXIT 0
  STDOUT "^{ \"path\": .*\"names\": \"smp\".*\"note\": \"kept\".*\"parameters\": 662.*\"not_finite\": .. }")
fossilct_cli_test(weights_info_json_tensors ARGS ${info} in/unet.safetensors --json --tensors EXIT 0
  STDOUT "\"name\": \"segmentation_head.0.bias\", \"type\": \"f32\", \"shape\": . 2 .")
fossilct_cli_test(weights_info_nan ARGS ${info} in/nan.safetensors EXIT 0 STDOUT "not finite: bad .1 NaN, 1 infinite")
fossilct_cli_test(weights_info_no_file ARGS ${info} EXIT 2 STDERR "FILE is missing")
fossilct_cli_test(weights_info_missing ARGS ${info} in/none.pth EXIT 1 STDERR "in/none.pth")
fossilct_cli_test(weights_info_text ARGS ${info} in/text.pth EXIT 1 STDERR "text.pth: is no weight file")
fossilct_cli_test(weights_info_cut ARGS ${info} in/cut.safetensors EXIT 1 STDERR "cut.safetensors: .*segmentation_head.0.bias.*cut off")
fossilct_cli_test(weights_info_two ARGS ${info} in/unet.safetensors b EXIT 2 STDERR "'b': an argument too many")
fossilct_cli_test(weights_info_overwrite ARGS ${info} in/unet.safetensors --overwrite EXIT 2 STDERR "--overwrite: belongs to `weights convert`")
fossilct_cli_test(weights_info_encoder ARGS ${info} in/unet.safetensors --encoder-only EXIT 2 STDERR "--encoder-only: belongs to `weights convert`")

# convert
set(convert weights convert in/unet.safetensors a.safetensors)
fossilct_cli_test(weights_convert PREPARE ${convert} ARGS ${info} a.safetensors --tensors EXIT 0 LEAVES a.safetensors
  STDOUT "note: kept metadata provenance: .*unet.safetensors.*\"sha256\":\"[0-9a-f]+\",\"provenance\":{\"by\":\"hand\"}.*encoder.conv1.weight.*segmentation_head.0.bias")
fossilct_cli_test(weights_convert_encoder PREPARE ${convert} --encoder-only --partial ARGS ${info} a.safetensors --tensors EXIT 0
  LEAVES a.safetensors STDOUT "2 tensors, 588 parameters.* conv1.weight f32 4 x 3 x 7 x 7 bn1.running_mean f32 4 $")
fossilct_cli_test(weights_convert_report ARGS ${convert} --encoder-only --partial EXIT 0 LEAVES a.safetensors
  STDOUT "written a.safetensors from in/unet.safetensors, safetensors content 2 tensors.*encoder of no encoder that is known.*left out 2 tensors that no encoder has")
fossilct_cli_test(weights_convert_whole ARGS weights convert in/resnet18.safetensors a.safetensors --encoder-only EXIT 0 LEAVES a.safetensors
  STDOUT "encoder resnet18: 120 tensors taken, 0 adapted, 0 missing, 2 not used .fc.weight, fc.bias. left out 2 tensors")
fossilct_cli_test(weights_convert_part ARGS ${convert} --encoder-only EXIT 1 STDERR "unet.safetensors: its tensors are not the whole encoder.*--partial")
fossilct_cli_test(weights_convert_norms ARGS weights convert in/norms.safetensors a.safetensors --encoder-only EXIT 1
  STDERR "norms.safetensors: lacks 4 tensors of the encoder .bn1.weight, ")
fossilct_cli_test(weights_convert_norms_partial ARGS weights convert in/norms.safetensors a.safetensors --encoder-only --partial EXIT 0
  LEAVES a.safetensors STDOUT "encoder resnet18: 116 tensors taken, 0 adapted, 4 missing")
fossilct_cli_test(weights_convert_partial_alone ARGS ${convert} --partial EXIT 2 STDERR "--partial: concerns --encoder-only")
fossilct_cli_test(weights_info_partial ARGS ${info} in/unet.safetensors --partial EXIT 2 STDERR "--partial: belongs to `weights convert`")
fossilct_cli_test(weights_info_pipe ARGS ${info} in/pipe EXIT 1 STDERR "in/pipe: is a folder, a device or a pipe")
fossilct_cli_test(weights_convert_pipe ARGS weights convert in/pipe a.safetensors EXIT 1 STDERR "in/pipe: is a folder, a device or a pipe")
fossilct_cli_test(weights_info_empty ARGS ${info} in/empty.safetensors EXIT 1 STDERR "empty.safetensors: holds no tensors")
fossilct_cli_test(weights_convert_json ARGS ${convert} --json EXIT 0 LEAVES a.safetensors STDOUT "\"output\": \"a.safetensors\".*\"input_sha256\"")
fossilct_cli_test(weights_convert_no_encoder ARGS weights convert in/strange.safetensors a.safetensors --encoder-only EXIT 1
  STDERR "strange.safetensors: no tensor is of an encoder.*alpha.*without --encoder-only")
fossilct_cli_test(weights_convert_nan ARGS weights convert in/nan.safetensors a.safetensors EXIT 1 STDERR "nan.safetensors: .*'bad'")
fossilct_cli_test(weights_convert_no_out ARGS weights convert in/unet.safetensors EXIT 2 STDERR "OUT is missing")
fossilct_cli_test(weights_convert_ending ARGS weights convert in/unet.safetensors a.pth EXIT 2 STDERR "OUT: 'a.pth': .*expected a name in .safetensors")
fossilct_cli_test(weights_convert_exists PREPARE ${convert} ARGS ${convert} EXIT 1 LEAVES a.safetensors STDERR "a.safetensors: exists already.*--overwrite")
fossilct_cli_test(weights_convert_overwrite PREPARE ${convert} ARGS ${convert} --overwrite EXIT 0 LEAVES a.safetensors)
fossilct_cli_test(weights_convert_onto_source PREPARE ${convert} ARGS weights convert a.safetensors ./a.safetensors --overwrite EXIT 2
  LEAVES a.safetensors STDERR "OUT: ./a.safetensors is what is read")
fossilct_cli_test(weights_convert_no_folder ARGS weights convert in/unet.safetensors none/a.safetensors EXIT 1 STDERR "the folder none does not exist")
fossilct_cli_test(weights_convert_tensors ARGS ${convert} --tensors EXIT 2 STDERR "--tensors: belongs to `weights info`")

if(no_torch)
  message(STATUS "Tests of .pth files through the command line are left out: ${python_of_debian} has no torch (python3-torch)")
  return()
endif()
fossilct_cli_test(weights_pth ARGS ${info} in/resnet18.pth EXIT 0
  STDOUT "PyTorch zip under state_dict left out epoch, arch .*encoder resnet18.*122 tensors, 11,689,512 parameters.*i64 .20 tensors")
fossilct_cli_test(weights_pth_convert PREPARE weights convert in/resnet18.pth a.safetensors --encoder-only
  ARGS ${info} a.safetensors EXIT 0 LEAVES a.safetensors STDOUT "encoder resnet18.*120 tensors, 11,176,512 parameters")
fossilct_cli_test(weights_pth_not_read ARGS weights convert in/nested.pth a.safetensors EXIT 0 LEAVES a.safetensors
  STDERR "nested.pth: head .a dict. stands among the tensors and is not converted" STDOUT "not converted head")
fossilct_cli_test(weights_pth_legacy ARGS ${info} in/legacy.pth EXIT 1 STDERR "legacy.pth: .*before 1.6.*torch.save")
