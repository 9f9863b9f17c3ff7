# render and views: every option once, and what they say of a wrong value; the catalogue is that of
# mesh.cmake.
set(render COPY phantom.fossils ARGS render phantom.fossils)
set(views COPY phantom.fossils ARGS views phantom.fossils)
fossilct_cli_test(views_help ARGS help views EXIT 0 STDOUT "Usage: fossilct views CATALOGUE.*Examples:.*Exit codes:")
fossilct_cli_test(views_options ${views} --ids 1-2 --size 64 --backend egl --again EXIT 0
  STDOUT "written +phantom.fossils/views fossils +2 drawn drawn by +[a-zA-Z]")
fossilct_cli_test(views_json ${views} --ids 1 --size 32 --json EXIT 0 STDOUT "\"made\": 1,.*\"renderer\": \"[a-zA-Z]")
fossilct_cli_test(views_of_cards COPY drawn.fossils ARGS views drawn.fossils --ids 1 EXIT 0
  STDOUT "fossils +0 drawn, 1 there already .--again")
fossilct_cli_test(views_size ${views} --size 16 EXIT 2 STDERR "--size: '16' is not a whole number from 32 to 2048")

fossilct_cli_test(render_help ARGS help render EXIT 0 STDOUT "Usage: fossilct render CATALOGUE.*Examples:.*Exit codes:")
fossilct_cli_test(render_nothing ARGS render EXIT 2 STDERR "CATALOGUE is missing")
fossilct_cli_test(render_options ${render} --ids 1-2 --size 64 --dpi 150 --backend egl --again EXIT 0
  STDOUT "written +phantom.fossils/views fossils +2 drawn drawn by +[a-zA-Z]")
fossilct_cli_test(render_svg ${render} --ids 1 --size 64 --svg EXIT 0 STDOUT "fossils +1 drawn")
fossilct_cli_test(render_svg_lacks COPY drawn.fossils ARGS render drawn.fossils --ids 1 --svg EXIT 0 STDOUT "fossils +1 drawn")
fossilct_cli_test(render_again COPY drawn.fossils ARGS render drawn.fossils --ids 1 EXIT 0
  STDOUT "fossils +0 drawn, 1 there already .--again")
fossilct_cli_test(render_json ${render} --ids 1 --size 32 --json EXIT 0 STDOUT "\"made\": 1,.*\"renderer\": \"[a-zA-Z]")
fossilct_cli_test(render_unknown ${render} --ids 99 EXIT 2 STDERR "--ids: there is no fossil 99: the catalogue has [67], with ids from 1")
fossilct_cli_test(render_ids ${render} --ids 7-4 EXIT 2 STDERR "--ids: '7-4' is no range of ids")
fossilct_cli_test(render_dpi ${render} --dpi 0 EXIT 2 STDERR "--dpi: '0' is not a number from 36")
fossilct_cli_test(render_backend ${render} --backend glx EXIT 2 STDERR "--backend: 'glx' is none of: auto, egl, x11")
fossilct_cli_test(render_missing ARGS render none.fossils EXIT 1 STDERR "none.fossils: there is no such folder")
# No OpenGL: a display that is not there.
fossilct_cli_test(render_no_display ${render} --backend x11 EXIT 1 STDERR "nothing here draws pictures; X11: the display ':987' does not open. Install libegl1")
set_tests_properties(cli_render_no_display PROPERTIES ENVIRONMENT "DISPLAY=:987")

fossilct_cli_test(render_plate ${render} --plate plates.pdf --dpi 72 EXIT 0 LEAVES plates.pdf
  STDOUT "written +plates.pdf fossils +[67] on 1 page")
fossilct_cli_test(render_plate_ids ${render} --plate plates.pdf --dpi 72 --ids 1-2 --json EXIT 0 LEAVES plates.pdf
  STDOUT "\"fossils\": 2,.*\"pages\": 1")
fossilct_cli_test(render_plate_exists COPY phantom.fossils PREPARE render phantom.fossils --plate a.pdf --dpi 36 --ids 1
  ARGS render phantom.fossils --plate a.pdf EXIT 1 LEAVES a.pdf STDERR "a.pdf: exists already")
fossilct_cli_test(render_plate_overwrite COPY phantom.fossils PREPARE render phantom.fossils --plate a.pdf --dpi 36 --ids 1
  ARGS render phantom.fossils --plate a.pdf --dpi 36 --ids 2 --overwrite EXIT 0 LEAVES a.pdf)
fossilct_cli_test(render_plate_again ${render} --plate plates.pdf --again EXIT 2 STDERR "--again: is for cards, what is drawn is plates")

fossilct_cli_test(render_scene ${render} --scan in/phantom.h5 --scene scene.png --width 300 --opacity 0.5 EXIT 0 LEAVES scene.png
  STDOUT "written +scene.png drawn by +[a-zA-Z]")
fossilct_cli_test(render_scene_labels ARGS render in/phantom-labels.h5 --scene scene.png --width 200 --json EXIT 0 LEAVES scene.png
  STDOUT "\"picture\": \"scene.png\"")
fossilct_cli_test(render_turntable ${render} --turntable film --frames 3 --width 200 EXIT 0 LEAVES film/
  STDOUT "turntable +film .3 frames, ")
fossilct_cli_test(render_scene_scan ${render} --scan in/masks --scene scene.png EXIT 1 STDERR "in/masks: the scan has .* voxels, the fossils are of ")
fossilct_cli_test(render_scene_name ${render} --scene scene.jpg EXIT 2 STDERR "--scene: 'scene.jpg': expected a name in .png")
fossilct_cli_test(render_plate_name ${render} --plate plates EXIT 2 STDERR "--plate: 'plates': expected a name in .pdf")
fossilct_cli_test(render_turntable_apart ${render} --turntable phantom.fossils --overwrite EXIT 2 STDERR "--turntable: ")
fossilct_cli_test(render_scene_ids ${render} --ids 1 --scene scene.png EXIT 2 STDERR "--ids: is for cards or plates .--plate., what is drawn is a scene")
fossilct_cli_test(render_frames ${render} --frames 3 EXIT 2 STDERR "--frames: is for a scene .--scene, --turntable., what is drawn is cards")
fossilct_cli_test(render_width ${render} --scene a.png --width 20 EXIT 2 STDERR "--width: '20' is not a whole number from 200 to 4096")

add_test(NAME cli_drawn_catalogue COMMAND ${CMAKE_COMMAND} -E copy_directory phantom.fossils drawn.fossils
  WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/inputs")
add_test(NAME cli_drawn_cards COMMAND fossilct render drawn.fossils --ids 1 --size 32
  WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/inputs")
set_tests_properties(cli_drawn_catalogue PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs DEPENDS cli_phantom_catalogue)
set_tests_properties(cli_drawn_cards PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs TIMEOUT 60 DEPENDS cli_drawn_catalogue)
