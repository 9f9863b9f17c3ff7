# mesh: every option once, and what it says of a wrong value.
set(mesh mesh in/masks --class 1 --spacing-um 2 --output)
fossilct_cli_test(mesh_help ARGS help mesh EXIT 0 STDOUT "Usage: fossilct mesh LABELS.*Examples:.*Exit codes:")
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
fossilct_cli_test(mesh_no_labels ARGS mesh in/nan.raw --raw 8x8x8:f32le --class 1 --output a.ply EXIT 1 STDERR "in/nan.raw: .*which is no label")

# The other commands start without VTK.
add_test(NAME cli_starts_without_vtk COMMAND ldd "$<TARGET_FILE:fossilct>")
set_tests_properties(cli_starts_without_vtk PROPERTIES LABELS cli FAIL_REGULAR_EXPRESSION "libvtk")
add_test(NAME cli_companion_has_vtk COMMAND ldd "$<TARGET_FILE:fossilct-vtk>")
set_tests_properties(cli_companion_has_vtk PROPERTIES LABELS cli PASS_REGULAR_EXPRESSION "libvtk")
