# The command `abundance`: each option, and each bad input with its message. The catalogues are those of
# review.cmake.
set(abundance abundance in/well.sqlite --output)
fossilct_cli_test(help_abundance ARGS help abundance EXIT 0 STDOUT "Usage: fossilct abundance CATALOGUE.*--manual.*Examples:.*Exit codes:")
fossilct_cli_test(abundance_nothing ARGS abundance --output a.csv EXIT 2 STDERR "CATALOGUE is missing")
fossilct_cli_test(abundance_csv ARGS ${abundance} a.csv --level 0.9 EXIT 0 LEAVES a.csv STDOUT "written +a.csv specimens +[0-9]+ samples +[0-9]+ taxa +[0-9]+")
fossilct_cli_test(abundance_html ARGS ${abundance} a.html --title "Well 7" --json EXIT 0 LEAVES a.html STDOUT "\"taxa\": ")
fossilct_cli_test(abundance_bins ARGS ${abundance} a.csv --bin-m 0.25 EXIT 0 LEAVES a.csv)
fossilct_cli_test(abundance_no_depth ARGS abundance in/t.fossils --output a.csv --bin-m 1 EXIT 1 STDERR "has no depth, which bins of depth need")
fossilct_cli_test(abundance_ending ARGS ${abundance} a.txt EXIT 2 STDERR "--output: 'a.txt': a table ends in .csv, a page in .html")
fossilct_cli_test(abundance_exists PREPARE ${abundance} a.csv ARGS ${abundance} a.csv EXIT 1 LEAVES a.csv STDERR "a.csv: exists already")
fossilct_cli_test(abundance_overwrite PREPARE ${abundance} a.csv ARGS ${abundance} a.csv --overwrite EXIT 0 LEAVES a.csv)
fossilct_cli_test(abundance_twice ARGS abundance in/t.fossils in/t.fossils --output a.csv EXIT 1 STDERR "is in another of these catalogues too")
fossilct_cli_test(abundance_groups ARGS ${abundance} a.csv --groups in/depth.csv EXIT 1 STDERR "depth.csv: the column 'taxon' is missing")
fossilct_cli_test(abundance_manual ARGS ${abundance} a.csv --manual in/depth.csv EXIT 1 STDERR "depth.csv: the column 'taxon' is missing")
fossilct_cli_test(abundance_level ARGS ${abundance} a.csv --level 1 EXIT 2 STDERR "--level: '1' is not a number from 0.5 to 0.999")
fossilct_cli_test(abundance_counts ARGS ${abundance} a.csv --groups in/groups.csv --manual in/counts.csv EXIT 0 LEAVES a.csv
  STDOUT "against counts by hand +taxon +samples +r2 +slope +bias" STDERR "'nowhere' is in no catalogue")
