# The commands `train-classifier`, `classify` and `embed`: what they refuse; at work they are in taxa_test.py.
foreach(command train-classifier classify embed)
  string(MAKE_C_IDENTIFIER ${command} name)
  fossilct_cli_test(help_${name} ARGS help ${command} EXIT 0
    STDOUT "Usage: fossilct ${command} PICTURES")
endforeach()
fossilct_cli_test(train_classifier_nothing ARGS train-classifier -o m.safetensors EXIT 2 STDERR "PICTURES is missing")
fossilct_cli_test(train_classifier_missing ARGS train-classifier none -o m.safetensors EXIT 1 STDERR "none: there is no such folder or file")
fossilct_cli_test(classify_no_model ARGS classify in/good EXIT 2 STDERR "--model is missing")
fossilct_cli_test(embed_no_model ARGS embed in/good -o m.html EXIT 2 STDERR "--model is missing")
set(taxa_parts)
if("data" IN_LIST FOSSILCT_BUILT_ROOMS AND "render" IN_LIST FOSSILCT_BUILT_ROOMS)
  set(taxa_parts catalogue)
endif()
add_test(NAME cli_taxa COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/taxa_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/runs/taxa" ${taxa_parts})
set_tests_properties(cli_taxa PROPERTIES LABELS cli TIMEOUT 300)
