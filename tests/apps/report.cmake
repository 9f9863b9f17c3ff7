# The command `report`: each option, and each bad input with its message, on the phantom's catalogue.
add_test(NAME cli_report_catalogue COMMAND fossilct extract phantom-labels.h5 --scan phantom.h5 --output report.fossils
  --overwrite --quiet WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/inputs")
add_test(NAME cli_report_empty COMMAND fossilct extract phantom-labels.h5 --output empty.fossils
  --min-diameter-um 900 --overwrite --quiet WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/inputs")
# Whose scan is no more.
add_test(NAME cli_report_gone COMMAND sh -c "cp phantom.h5 gone.h5 && $<TARGET_FILE:fossilct> extract phantom-labels.h5 --scan gone.h5 \
--output gone.fossils --overwrite --quiet && rm gone.h5" WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/inputs")
set_tests_properties(cli_report_catalogue cli_report_empty cli_report_gone PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs TIMEOUT 120
  DEPENDS cli_extract_phantom)

set(report report in/report.fossils --output r.html)
set(scan --scan in/phantom.h5)

# Usage
fossilct_cli_test(help_report ARGS help report EXIT 0 STDOUT "^fossilct report: .*Usage: fossilct report CATALOGUE.*--plots.*Examples:.*Exit codes:")
fossilct_cli_test(report_nothing ARGS report EXIT 2 STDERR "CATALOGUE is missing.*fossilct help report")
fossilct_cli_test(report_no_output ARGS report in/report.fossils EXIT 2 STDERR "--output is missing")
fossilct_cli_test(report_near ARGS ${report} --tilte x EXIT 2 STDERR "did you mean --title")

# What it does
fossilct_cli_test(report ARGS ${report} ${scan} EXIT 0 LEAVES r.html STDOUT "written +r.html size .*fossils +[67] slices +12 ")
fossilct_cli_test(report_json ARGS ${report} ${scan} --json EXIT 0 LEAVES r.html
  STDOUT "^{ \"output\": \"r.html\", \"page\": \"r.html\", \"folder\": false, .*\"fossils\": [67], \"without_details\": 0, \"slices\": 12")
fossilct_cli_test(report_quiet ARGS ${report} ${scan} --quiet EXIT 0 LEAVES r.html STDOUT "^$" STDERR "^$")
fossilct_cli_test(report_folder ARGS report in/report.fossils/ --output r/ --folder ${scan} EXIT 0 LEAVES r/ STDOUT "written +r/index.html")
fossilct_cli_test(report_plots ARGS ${report} ${scan} --plots p/ EXIT 0 LEAVES p/shapes.png p/shapes.svg p/sizes.png p/sizes.svg r.html STDOUT "plots +2, each as SVG and PNG")
fossilct_cli_test(report_well ARGS report in/well.sqlite -o r.html --plots p EXIT 0
  LEAVES p/depths.png p/depths.svg p/sizes.png p/sizes.svg r.html STDOUT "fossils +16 slices +0 plots +2, ")
fossilct_cli_test(report_title ARGS ${report} ${scan} --title "A & B" EXIT 0 LEAVES r.html)
fossilct_cli_test(report_no_scan ARGS report in/gone.fossils --output r.html EXIT 0 LEAVES r.html STDOUT "slices +12" STDERR "the slices show outlines alone .--scan names the scan.: .*gone.h5")
fossilct_cli_test(report_overwrite PREPARE ${report} ${scan} ARGS ${report} ${scan} --overwrite EXIT 0 LEAVES r.html)
fossilct_cli_test(report_of_none ARGS report in/empty.fossils --output r.html EXIT 0 LEAVES r.html STDOUT "fossils +0 ")
fossilct_cli_test(report_without_files ARGS report in/t.fossils --output r.html EXIT 0 LEAVES r.html STDOUT "fossils +13 slices +0 "
  STDERR "the page has no slices: .*t.fossils/instances.h5 is missing")

# What it refuses
fossilct_cli_test(report_exists PREPARE ${report} ${scan} ARGS ${report} ${scan} EXIT 1 LEAVES r.html STDERR "r.html: exists already.*--overwrite")
fossilct_cli_test(report_plots_exist PREPARE ${report} ${scan} --plots p ARGS report in/report.fossils -o s.html --plots p
  EXIT 1 LEAVES p/shapes.png p/shapes.svg p/sizes.png p/sizes.svg r.html STDERR "p: exists already")
fossilct_cli_test(report_name ARGS report in/report.fossils -o o.txt EXIT 2 STDERR "--output: 'o.txt': expected a name in .html, or --folder")
fossilct_cli_test(report_of_labels ARGS report in/phantom-labels.h5 -o r.html EXIT 1 STDERR "phantom-labels.h5: holds labels, no catalogue of fossils; .*fossilct extract")
fossilct_cli_test(report_of_scan ARGS report in/phantom.h5 -o r.html EXIT 1 STDERR "phantom.h5: holds a scan, no catalogue of fossils")
fossilct_cli_test(views_of_labels ARGS views in/phantom-labels.h5 EXIT 1 STDERR "phantom-labels.h5: holds labels, no catalogue of fossils")
fossilct_cli_test(render_of_labels ARGS render in/phantom-labels.h5 EXIT 1 STDERR "phantom-labels.h5: holds labels, no catalogue of fossils")
fossilct_cli_test(review_of_labels ARGS review in/phantom-labels.h5 EXIT 1 STDERR "phantom-labels.h5: holds labels, no catalogue of fossils")
fossilct_cli_test(report_no_folder ARGS report in/report.fossils -o none/r.html EXIT 1 STDERR "the folder none does not exist")
fossilct_cli_test(report_missing ARGS report none.fossils -o r.html EXIT 1 STDERR "none.fossils: there is no such folder")
fossilct_cli_test(report_no_catalogue ARGS report in/good -o r.html EXIT 1 STDERR "in/good: holds no catalogue.sqlite")
fossilct_cli_test(report_well_scan ARGS report in/well.sqlite -o r.html --scan in/phantom.h5 EXIT 2 STDERR "--scan: a catalogue of several scans has no slices")
fossilct_cli_test(report_itself COPY t.fossils ARGS report t.fossils -o t.fossils --folder --overwrite EXIT 2 STDERR "--output: ")
fossilct_cli_test(report_scan_missing ARGS ${report} --scan none.h5 EXIT 1 STDERR "none.h5")
fossilct_cli_test(report_scan_size ARGS ${report} --scan in/good EXIT 1 STDERR "in/good: its size is 16 x 12 x 8 voxels, that of the catalogue's scan 96 x 96 x 64")
fossilct_cli_test(report_scan_labels ARGS ${report} --scan in/phantom-labels.h5 EXIT 1 STDERR "phantom-labels.h5: these are labels")
