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
fossilct_cli_test(views_nothing ARGS views EXIT 2 STDERR "give a CATALOGUE, or a photograph by --from-photo")
fossilct_cli_test(views_fixed ${views} --ids 1-2 --size 64 --scale fixed --again EXIT 0 STDERR "all pictures have [0-9.]+ um a pixel .--um-per-pixel.")
fossilct_cli_test(views_um_per_pixel ${views} --ids 1 --size 64 --scale fixed --um-per-pixel 2 --again EXIT 0 STDOUT "1 drawn")
fossilct_cli_test(views_um_per_pixel_0 ${views} --scale fixed --um-per-pixel 0 EXIT 2 STDERR "--um-per-pixel: 0 is out of range: above 0")
fossilct_cli_test(views_um_per_pixel_fit ${views} --um-per-pixel 2 EXIT 2 STDERR "--um-per-pixel: belongs to --scale fixed")
fossilct_cli_test(views_output ${views} --output x EXIT 2 STDERR "--output: belongs to --from-photo")
set(slide views --from-photo in/slide.png --output slide)
fossilct_cli_test(views_photo ARGS ${slide} --json EXIT 0
  LEAVES slide/particles.csv slide/slide_1.png slide/slide_2.png
  STDOUT "\"particles\": 2, \"too_small\": 1, \"too_concave\": 0, \"cut_by_border\": 1,")
fossilct_cli_test(views_photo_options ARGS ${slide} --threshold 0.5 --sigma 1 --opening 3 --fewest-pixels 50 --solidity 0.5
  --crop 64 EXIT 0 LEAVES slide/particles.csv slide/slide_1.png slide/slide_2.png slide/slide_3.png STDOUT "particles +3 refused +1 cut by the border")
fossilct_cli_test(views_photo_none ARGS ${slide} --fewest-pixels 100000 EXIT 1 STDERR "slide.png: no particle was found on it; refused: 4 too small")
fossilct_cli_test(views_photo_dark ARGS ${slide} --dark EXIT 1 STDERR "refused: 1 cut by the border")
fossilct_cli_test(views_photo_background ARGS ${slide} --threshold background EXIT 0
  LEAVES slide/particles.csv slide/slide_1.png slide/slide_2.png)
fossilct_cli_test(views_photo_exists PREPARE ${slide} ARGS ${slide} EXIT 1
  LEAVES slide/particles.csv slide/slide_1.png slide/slide_2.png STDERR "slide: exists already")
fossilct_cli_test(views_photo_overwrite PREPARE ${slide} ARGS ${slide} --overwrite --crop 32 EXIT 0
  LEAVES slide/particles.csv slide/slide_1.png slide/slide_2.png)
fossilct_cli_test(views_photo_threshold ARGS ${slide} --threshold 2 EXIT 2 STDERR "--threshold: '2' is neither otsu, background nor a grey from 0 to 1")
fossilct_cli_test(views_photo_no_output ARGS views --from-photo in/slide.png EXIT 2 STDERR "--output: is missing")
fossilct_cli_test(views_photo_text ARGS views --from-photo in/text.tif --output slide EXIT 1 STDERR "text.tif: is no picture that can be read")

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
fossilct_cli_test(render_no_display ${render} --backend x11 EXIT 4 STDERR "nothing here draws pictures; X11: the display ':987' does not open. Install libegl1")
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
