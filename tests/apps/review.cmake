# The commands `review` and `catalogue`: each option, and each bad input with its message.
add_executable(make_cli_catalogue make_cli_catalogue.cc)
set_target_properties(make_cli_catalogue PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
target_link_libraries(make_cli_catalogue PRIVATE fossilct_specimens fossilct_warnings)
add_test(NAME cli_catalogues COMMAND make_cli_catalogue "${CMAKE_CURRENT_BINARY_DIR}/inputs")
set_tests_properties(cli_catalogues PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs DEPENDS cli_inputs)

# The queries of docs/catalogue.md, by SQLite without us.
add_test(NAME cli_catalogue_queries COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/catalogue_queries_test.py"
  "${PROJECT_SOURCE_DIR}/docs/catalogue.md" "${CMAKE_CURRENT_BINARY_DIR}/inputs/well.sqlite")
set_tests_properties(cli_catalogue_queries PROPERTIES LABELS cli TIMEOUT 60 FIXTURES_REQUIRED cli_inputs)

# What review does
set(review COPY t.fossils ARGS review t.fossils)
fossilct_cli_test(help_review ARGS help review EXIT 0 STDOUT "^fossilct review: .*Usage: fossilct review CATALOGUE.*--sign.*Examples:.*Exit codes:")
fossilct_cli_test(review_nothing ARGS review EXIT 2 STDERR "CATALOGUE is missing.*fossilct help review")
fossilct_cli_test(review ${review} EXIT 0 STDOUT "^id doubt class, taxon voxels why 6 0.475 foram 1,000 labels uncertain .0.25., cut by the border 9 .*fossils +12 accepted +1 undecided +11 rejected +1 ")
fossilct_cli_test(review_queue ${review} --queue --limit 2 EXIT 0 STDOUT "^id doubt class, taxon voxels why .*[.][.][.] and 9 more .--limit. ")
fossilct_cli_test(review_json ${review} --json EXIT 0 STDOUT "^{ \"catalogue\": \"t.fossils\".*\"fossils\": 12, \"accepted\": 1,.*\"signature\": null, \"queue\": . { \"id\": ")
fossilct_cli_test(review_limit ${review} --limit 0 EXIT 2 STDERR "--limit: '0' is not a whole number from 1")
fossilct_cli_test(review_accept ${review} --accept 4-6,1 --accept 7 EXIT 0 STDOUT "accepted +6 undecided +6 rejected +1 ")
fossilct_cli_test(review_accept_gaps ${review} --accept 10-4000000000 EXIT 0 STDOUT "accepted +5 undecided +7 rejected +1 ")
fossilct_cli_test(review_accept_none_in_range ${review} --accept 20-30 EXIT 2 STDERR "--accept: there is no fossil 20: the catalogue has 13, with ids from 1 to 13; did you mean 13.")
fossilct_cli_test(review_reject ${review} --reject 2 EXIT 0 STDOUT "fossils +11 accepted +0 undecided +11 rejected +2 ")
fossilct_cli_test(review_reopen ${review} --reopen 3 EXIT 0 STDOUT "fossils +13 accepted +1 undecided +12 rejected +0 ")
fossilct_cli_test(review_note ${review} --note "5=broken, glued" --by "B. Writer" EXIT 0 STDOUT "decisions +3 ")
fossilct_cli_test(review_note_of_none PREPARE review t.fossils --note "5=broken, glued" COPY t.fossils
  ARGS review t.fossils --note 15=x EXIT 2 STDERR "--note: there is no fossil 15: the catalogue has 13, with ids from 1 to 13; did you mean 13.")
fossilct_cli_test(review_photo ${review} --photo 5=in/good/s_000.png EXIT 0 STDOUT "decisions +3 ")
fossilct_cli_test(review_sign ${review} --sign "Dr. A. Reader" EXIT 0
  STDOUT "signed +by Dr. A. Reader on 20[-0-9T:]+Z: 12 fossils, 11 of them undecided sha256 [0-9a-f]+")
fossilct_cli_test(review_unsign PREPARE review t.fossils --sign "Dr. A. Reader" COPY t.fossils
  ARGS review t.fossils --accept 4 EXIT 0 STDOUT "signed +VOID, the catalogue was changed since it was signed by Dr. A. Reader")
fossilct_cli_test(review_taxon_form ${review} --taxon 4 EXIT 2 STDERR "--taxon: '4' is not of the form ID=NAME")
fossilct_cli_test(review_taxon_unsure ${review} --taxon 4=Unsure EXIT 2 STDERR "--taxon: 'Unsure' is what a model says")
fossilct_cli_test(review_taxon_unknown ${review} --taxon 99=ruber EXIT 2 STDERR "--taxon: there is no fossil 99")
fossilct_cli_test(review_taxon_back ${review} --taxon 4= EXIT 0 STDOUT "decisions +3 ")
fossilct_cli_test(review_taxa_missing ${review} --taxa none.csv EXIT 1 STDERR "none.csv: can't read")
fossilct_cli_test(review_quiet ${review} --accept 4 --quiet EXIT 0 STDOUT "^$" STDERR "^$")

# What it refuses
fossilct_cli_test(review_unknown ${review} --accept 99 EXIT 2 STDERR "--accept: there is no fossil 99: the catalogue has 13, with ids from 1 to 13; did you mean 13.")
fossilct_cli_test(review_retired ${review} --reject 14 EXIT 2 STDERR "--reject: there is no fossil 14: it was retired on .*merged, now part of 13.; the catalogue has 13, with ids from 1 to 13; did you mean 13.")
fossilct_cli_test(review_unknown_reopen ${review} --reopen 99 EXIT 2 STDERR "--reopen: there is no fossil 99")
fossilct_cli_test(review_both ${review} --accept 4 --reject 4 EXIT 2 STDERR "--reject: fossil 4 is given to --accept too")
foreach(option accept reject reopen)
  fossilct_cli_test(review_${option}_wrong ${review} --${option} 4,x EXIT 2 STDERR "--${option}: 'x' is no id of a fossil")
endforeach()
fossilct_cli_test(review_negative ${review} --accept -1 EXIT 2 STDERR "--accept: '-1' is no id of a fossil")
fossilct_cli_test(review_range ${review} --accept 7-4 EXIT 2 STDERR "--accept: '7-4' is no range of ids")
fossilct_cli_test(review_note_form ${review} --note 4 EXIT 2 STDERR "--note: '4' is not of the form ID=TEXT")
fossilct_cli_test(review_photo_form ${review} --photo a.jpg EXIT 2 STDERR "--photo: 'a.jpg' is not of the form ID=FILE")
fossilct_cli_test(review_photo_missing ${review} --photo 4=none.jpg EXIT 2 STDERR "--photo: there is no file 'none.jpg'")
fossilct_cli_test(review_photo_unknown ${review} --photo 99=in/good/s_000.png EXIT 2 STDERR "--photo: there is no fossil 99")
fossilct_cli_test(review_sign_empty ${review} --sign EXIT 2 STDERR "--sign: its value is missing")
fossilct_cli_test(review_missing ARGS review none.fossils EXIT 1 STDERR "none.fossils: there is no such folder")
fossilct_cli_test(review_no_catalogue ARGS review in/good EXIT 1 STDERR "in/good: holds no catalogue.sqlite")
fossilct_cli_test(review_well ARGS review in/well.sqlite --accept 1 EXIT 1 STDERR "well.sqlite: joins several scans and is only read")
fossilct_cli_test(review_well_queue ARGS review in/well.sqlite EXIT 1 STDERR "well.sqlite: joins several scans and is only read")

fossilct_cli_test(review_merge_one ${review} --merge 4 EXIT 2 STDERR "--merge: '4': takes two ids or more")
fossilct_cli_test(review_merge_unknown ${review} --merge 4,99 EXIT 2 STDERR "--merge: there is no fossil 99")
fossilct_cli_test(review_split_unknown ${review} --split 99 EXIT 2 STDERR "--split: there is no fossil 99")
fossilct_cli_test(review_split_depth ${review} --split 4 --split-depth 2 EXIT 2 STDERR "--split-depth: '2' is not a number from 0.05 to 0.95")
fossilct_cli_test(review_import_missing ${review} --import-labels none.nrrd EXIT 1 STDERR "none.nrrd")
fossilct_cli_test(review_import_grid ${review} --import-labels 4=in/masks EXIT 1 STDERR "in/masks: its voxels are not voxels of the scan")
fossilct_cli_test(review_retire_missing ${review} --retire-missing --merge 4,5 EXIT 2 STDERR "--retire-missing: belongs to --import-labels")
fossilct_cli_test(review_new_class ${review} --new-class 1 --merge 4,5 EXIT 2 STDERR "--new-class: belongs to --import-labels")
fossilct_cli_test(review_new_class_wrong ${review} --import-labels 4=in/masks --new-class 9 EXIT 2 STDERR "--new-class: the catalogue has no class 9")
fossilct_cli_test(review_scan_unused ${review} --accept 4 --scan in/good EXIT 2 STDERR "--scan: belongs to --merge, --split and --import-labels")
fossilct_cli_test(review_two_edits ${review} --merge 4,5 --split 6 EXIT 2 STDERR "--merge, --split and --import-labels: give one of them a call")

# catalogue info
fossilct_cli_test(help_catalogue ARGS help catalogue EXIT 0 STDOUT "^fossilct catalogue: .*--depth-table.*Examples:.*Exit codes:")
fossilct_cli_test(catalogue_nothing ARGS catalogue EXIT 2 STDERR "ACTION is missing")
fossilct_cli_test(catalogue_action ARGS catalogue inof in/t.fossils EXIT 2 STDERR "ACTION: 'inof' is none of: info, merge; did you mean info")
fossilct_cli_test(catalogue_info ARGS catalogue info in/t.fossils EXIT 0
  STDOUT "scan +core-t fossils +12 accepted +1 undecided +11 rejected +1 by class foram 6 .1 accepted, 5 undecided; 0 rejected. ostracod, smooth 6 .*density +[0-9,]+ per cm3 .*95%., from [0-9]+ whole fossils; .*decisions +2 retired ids +1 signed +no")
fossilct_cli_test(catalogue_info_json ARGS catalogue info in/t.fossils --json EXIT 0 STDOUT "\"classes\": { \"foram\": { \"fossils\": 6,.*\"signature\": null")
fossilct_cli_test(catalogue_info_well ARGS catalogue info in/well.sqlite EXIT 0
  STDOUT "scans +core-t, 1200 to 1200.5 m core-u, 1201 to 1201.5 m fossils +15 .*by scan +core-t 12 .*core-u 3 ")
fossilct_cli_test(catalogue_info_two ARGS catalogue info in/t.fossils in/u.fossils EXIT 2 STDERR "'in/u.fossils': an argument too many")
fossilct_cli_test(catalogue_info_output ARGS catalogue info in/t.fossils -o a.sqlite EXIT 2 STDERR "--output: belongs to `catalogue merge`")
fossilct_cli_test(catalogue_info_depth ARGS catalogue info in/t.fossils --depth-table a.csv EXIT 2 STDERR "--depth-table: belongs to")
fossilct_cli_test(catalogue_info_overwrite ARGS catalogue info in/t.fossils --overwrite EXIT 2 STDERR "--overwrite: belongs to")

# catalogue merge
set(merge ARGS catalogue merge in/t.fossils in/u.fossils)
fossilct_cli_test(catalogue_merge ${merge} --output w.sqlite EXIT 0 LEAVES w.sqlite STDOUT "scans +core-t core-u fossils +15 ")
fossilct_cli_test(catalogue_merge_depth ${merge} --output w.sqlite --depth-table in/depth.csv EXIT 0 LEAVES w.sqlite STDOUT "core-u, 12.5 to 13 m")
fossilct_cli_test(catalogue_merge_no_output ${merge} EXIT 2 STDERR "--output is missing")
fossilct_cli_test(catalogue_merge_exists PREPARE catalogue merge in/t.fossils -o w.sqlite ${merge} --output w.sqlite EXIT 1 LEAVES w.sqlite STDERR "w.sqlite: exists already.*--overwrite")
fossilct_cli_test(catalogue_merge_overwrite PREPARE catalogue merge in/t.fossils -o w.sqlite ${merge} --output w.sqlite --overwrite EXIT 0 LEAVES w.sqlite STDOUT "fossils +15")
fossilct_cli_test(catalogue_merge_twice ARGS catalogue merge in/t.fossils in/t.fossils -o w.sqlite EXIT 1 STDERR "in/t.fossils: is of the same scan as another one")
fossilct_cli_test(catalogue_merge_well ARGS catalogue merge in/t.fossils in/well.sqlite -o w.sqlite EXIT 1 STDERR "well.sqlite: joins several scans already")
fossilct_cli_test(catalogue_merge_missing ARGS catalogue merge in/t.fossils in/none -o w.sqlite EXIT 1 STDERR "in/none: there is no such folder")
fossilct_cli_test(catalogue_merge_itself ARGS catalogue merge in/t.fossils -o in/t.fossils/catalogue.sqlite --overwrite EXIT 2 STDERR "--output: ")
fossilct_cli_test(catalogue_merge_table_line ${merge} --output w.sqlite --depth-table in/depth_wrong.csv EXIT 1
  STDERR "depth_wrong.csv: line 3: the top, 13 m, is not above the bottom, 12.5 m")
fossilct_cli_test(catalogue_merge_table_short ${merge} --output w.sqlite --depth-table in/depth_short.csv EXIT 1 STDERR "depth_short.csv: has no line for the scan 'core-u' of in/u.fossils; its lines are for 'core-t'")
fossilct_cli_test(catalogue_merge_slash ${merge} --output w.fossils/ EXIT 0 LEAVES w.fossils STDOUT "catalogue +w.fossils ")
fossilct_cli_test(catalogue_merge_one ARGS catalogue merge in/t.fossils --output w.sqlite --depth-table in/depth.csv EXIT 0 LEAVES w.sqlite
  STDOUT "scan +core-t, 12 to 12.5 m .*by scan +core-t 12 ")
fossilct_cli_test(catalogue_merge_overlap ${merge} --output w.sqlite --depth-table in/depth_overlap.csv EXIT 0 LEAVES w.sqlite
  STDERR "the depths of core-t .12 to 12.5 m. and core-u .12.4 to 13 m. overlap")
fossilct_cli_test(catalogue_merge_table_missing ${merge} --output w.sqlite --depth-table none.csv EXIT 1 STDERR "none.csv: can't read")

# A database that is damaged is said and left; a folder that can't be written, too.
add_test(NAME cli_review_files COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/review_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/inputs" "${CMAKE_CURRENT_BINARY_DIR}/runs/review_files")
set_tests_properties(cli_review_files PROPERTIES LABELS cli TIMEOUT 120 FIXTURES_REQUIRED cli_inputs)
