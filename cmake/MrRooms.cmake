# mr_room(NAME SOURCES ... [ROOMS ...] [LIBS ...])
#
# A room of the house: one static library `mr_NAME` from the sources of its folder. ROOMS are the
# rooms it rests on, LIBS the outside libraries. Headers are included as "room/header.h".
function(mr_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS;LIBS" ${ARGN})
  add_library(mr_${name} STATIC ${ARG_SOURCES})
  target_include_directories(mr_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
  list(TRANSFORM ARG_ROOMS PREPEND mr_)
  target_link_libraries(mr_${name} PUBLIC ${ARG_ROOMS} ${ARG_LIBS} m)
endfunction()

# For every test: where the build is; few threads that sleep while they wait, since tests run side by
# side; and the leaks that are not ours, for runs under AddressSanitizer.
set(MR_TEST_ENVIRONMENT
  MR_BUILD_DIR=${CMAKE_BINARY_DIR}
  OMP_NUM_THREADS=2
  OMP_WAIT_POLICY=passive
  LSAN_OPTIONS=suppressions='${CMAKE_SOURCE_DIR}/tests/lsan.supp':print_suppressions=0)
# ThreadSanitizer sees no more of libgomp than its locks and takes its barriers for races.
if(MR_SANITIZE STREQUAL "thread")
  list(TRANSFORM MR_TEST_ENVIRONMENT REPLACE "OMP_NUM_THREADS=2" "OMP_NUM_THREADS=1")
endif()

# What `make check` builds with ThreadSanitizer.
add_custom_target(threaded_tests)

# mr_test(NAME ROOMS ... [SOURCES ...] [LIBS ...] [THREADS])
#
# A cmocka program tests/ROOM/test_NAME.c, registered with CTest as NAME. It runs in the source
# folder, so shipped files are found by their relative path. THREADS: several threads share state,
# so that it runs under ThreadSanitizer, too (ctest -L threads).
function(mr_test name)
  cmake_parse_arguments(ARG "THREADS" "" "SOURCES;ROOMS;LIBS" ${ARGN})
  add_executable(test_${name} test_${name}.c ${ARG_SOURCES})
  list(TRANSFORM ARG_ROOMS PREPEND mr_)
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${ARG_ROOMS} ${ARG_LIBS} PkgConfig::CMOCKA)
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77
    ENVIRONMENT "${MR_TEST_ENVIRONMENT}")
  if(ARG_THREADS)
    set_tests_properties(${name} PROPERTIES LABELS threads)
    add_dependencies(threaded_tests test_${name})
  endif()
endfunction()
