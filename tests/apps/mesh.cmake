# mesh: every option once, and what it says of a wrong value.
set(mesh mesh in/masks --class 1 --spacing-um 2 --output)
fossilct_cli_test(mesh_help ARGS help mesh EXIT 0 STDOUT "Usage: fossilct mesh CATALOGUE.*LABELS.*Examples:.*Exit codes:")
foreach(name a.ply a.stl a.obj)
  fossilct_cli_test(mesh_${name} ARGS ${mesh} ${name} EXIT 0 LEAVES ${name} STDOUT "triangles +[1-9].*um3")
endforeach()
fossilct_cli_test(mesh_json ARGS ${mesh} a.ply --json EXIT 0 LEAVES a.ply STDOUT "\"enclosed_volume\": [1-9]")
fossilct_cli_test(mesh_format ARGS ${mesh} a.x --format stl EXIT 0 LEAVES a.x)
fossilct_cli_test(mesh_name ARGS ${mesh} a.x EXIT 2 STDERR "--output: 'a.x'.*--format")
fossilct_cli_test(mesh_glb ARGS ${mesh} a.glb EXIT 2 STDERR "--output: 'a.glb': a glb must be whole in memory")
fossilct_cli_test(mesh_no_class ARGS mesh in/masks --spacing-um 2 --output a.ply EXIT 2 STDERR "--class is missing")
fossilct_cli_test(mesh_class_absent ARGS mesh in/masks --class 77 --spacing-um 2 --output a.ply EXIT 1 STDERR "in/masks: it has no voxel")
fossilct_cli_test(mesh_class_name PREPARE import in/masks -o a.h5 --spacing-um 2 --labels --class "1=fossil:#e8a33d"
  ARGS mesh a.h5 --class fosil --output a.ply EXIT 2 LEAVES a.h5 STDERR "--class: 'fosil'.*did you mean fossil")
fossilct_cli_test(mesh_class_by_name PREPARE import in/masks -o a.h5 --spacing-um 2 --labels --class "1=fossil:#e8a33d"
  ARGS mesh a.h5 --class fossil --output a.ply EXIT 0 LEAVES a.h5 a.ply)
fossilct_cli_test(mesh_exists PREPARE ${mesh} a.ply ARGS ${mesh} a.ply EXIT 1 LEAVES a.ply STDERR "a.ply: exists already")
fossilct_cli_test(mesh_overwrite PREPARE ${mesh} a.ply ARGS ${mesh} a.ply --overwrite EXIT 0 LEAVES a.ply)
fossilct_cli_test(mesh_no_spacing ARGS mesh in/masks --class 1 --output a.ply EXIT 0 LEAVES a.ply STDERR "voxel edges")
fossilct_cli_test(mesh_scan PREPARE import in/good -o scan.h5 --spacing-um 2 ARGS mesh scan.h5 --class 1 --output a.ply EXIT 1 LEAVES scan.h5
  STDERR "scan.h5: holds the intensities of a scan; expected labels")
fossilct_cli_test(mesh_many_values ARGS mesh in/good --class 100 --output a.ply EXIT 0 LEAVES a.ply
  STDERR "in/good: holds more than 30 different values.*surface of the voxels whose value --class tells")
fossilct_cli_test(mesh_no_labels ARGS mesh in/nan.raw --raw 8x8x8:f32le --class 1 --output a.ply EXIT 1 STDERR "in/nan.raw: .*which is no label")

# The fossils of a catalogue.
if("data" IN_LIST FOSSILCT_BUILT_ROOMS)
  add_test(NAME cli_phantom_catalogue COMMAND fossilct extract phantom-labels.h5 --scan phantom.h5 --output phantom.fossils --overwrite --quiet
    WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/inputs")
  set_tests_properties(cli_phantom_catalogue PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs TIMEOUT 120 DEPENDS cli_extract_phantom)
  set(meshes COPY phantom.fossils ARGS mesh phantom.fossils)
  fossilct_cli_test(mesh_fossils ${meshes} EXIT 0 STDOUT "written +phantom.fossils/meshes meshes +[67] made triangles +[1-9].*checked +each is a closed 2-manifold")
  fossilct_cli_test(mesh_fossils_formats ${meshes} --ids 1-2,4 --format stl,ply,obj,glb --json EXIT 0 STDOUT "\"made\": 3,.*\"sound\": true")
  fossilct_cli_test(mesh_fossils_wall ${meshes} --ids 7 --surface wall --exact EXIT 0 STDOUT "meshes +1 made .*2-manifold")
  fossilct_cli_test(mesh_fossils_options ${meshes} --ids 1 --no-smooth --reduce-error-um 2 --centred --again EXIT 0 STDOUT "meshes +1 made ")
  fossilct_cli_test(mesh_fossils_unknown ${meshes} --ids 99 EXIT 2 STDERR "--ids: there is no fossil 99: the catalogue has [67], with ids from 1")
  fossilct_cli_test(mesh_fossils_ids ${meshes} --ids 1,x EXIT 2 STDERR "--ids: 'x' is no id of a fossil")
  fossilct_cli_test(mesh_fossils_format ${meshes} --format stl,xyz EXIT 2 STDERR "--format: 'xyz' is none of: stl, ply, obj, glb")
  fossilct_cli_test(mesh_fossils_surface ${meshes} --surface skin EXIT 2 STDERR "--surface: 'skin' is none of: body, wall")
  fossilct_cli_test(mesh_fossils_error ${meshes} --reduce-error-um -1 EXIT 2 STDERR "--reduce-error-um: '-1'")
  fossilct_cli_test(mesh_fossils_class ${meshes} --class 1 EXIT 2 STDERR "--class: is for labels")
  fossilct_cli_test(mesh_fossils_none ARGS mesh none.fossils EXIT 1 STDERR "none.fossils: there is no such folder")
  # One crop is cut off: the others go on.
  add_test(NAME cli_damaged_catalogue COMMAND sh -c "rm -rf damaged.fossils && cp -r phantom.fossils damaged.fossils && \
head -c 60 phantom.fossils/crops/2_mask.nrrd > damaged.fossils/crops/2_mask.nrrd" WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/inputs")
  set_tests_properties(cli_damaged_catalogue PROPERTIES LABELS cli FIXTURES_SETUP cli_inputs DEPENDS cli_phantom_catalogue)
  set(damaged COPY damaged.fossils EXIT 3 STDERR "fossil 2 fails, the others go on: .*2_mask.nrrd: ")
  fossilct_cli_test(mesh_fossils_damaged ${damaged} ARGS mesh damaged.fossils STDOUT "meshes +[56] made failed +1 fossil, whose files can't be read")
  fossilct_cli_test(mesh_fossils_damaged_json ${damaged} ARGS mesh damaged.fossils --json STDOUT "\"failed\": . { \"id\": 2, \"why\": ")
  fossilct_cli_test(views_damaged ${damaged} ARGS views damaged.fossils --ids 1-3 --size 32 STDOUT "fossils +2 drawn failed +1 fossil, ")
  fossilct_cli_test(render_damaged ${damaged} ARGS render damaged.fossils --ids 1-3 --size 32 STDOUT "fossils +2 drawn failed +1 fossil, ")
  fossilct_cli_test(render_scene_damaged ${damaged} ARGS render damaged.fossils --scene a.png --width 200 LEAVES a.png STDOUT "written +a.png failed +1 fossil, ")
  fossilct_cli_test(render_plate_damaged ${damaged} ARGS render damaged.fossils --plate a.pdf --dpi 72 LEAVES a.pdf STDOUT "fossils +[67] on 1 page failed +1 fossil, ")
  fossilct_cli_test(report_damaged ${damaged} ARGS report damaged.fossils -o r.html --scan in/phantom.h5 LEAVES r.html STDOUT "fossils +[67] failed +1 fossil, ")
  fossilct_cli_test(mesh_labels_ids ARGS mesh in/masks --ids 1 EXIT 2 STDERR "--ids: is for the fossils of a catalogue")
  fossilct_cli_test(mesh_labels_formats ARGS ${mesh} a.ply --format ply,stl EXIT 2 STDERR "--format: a list of formats is for")
  include(render.cmake)
endif()

# The other commands start without VTK.
add_test(NAME cli_starts_without_vtk COMMAND ldd "$<TARGET_FILE:fossilct>")
set_tests_properties(cli_starts_without_vtk PROPERTIES LABELS cli FAIL_REGULAR_EXPRESSION "libvtk")
add_test(NAME cli_companion_has_vtk COMMAND ldd "$<TARGET_FILE:fossilct-vtk>")
set_tests_properties(cli_companion_has_vtk PROPERTIES LABELS cli PASS_REGULAR_EXPRESSION "libvtk")
