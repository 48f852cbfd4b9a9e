# Why: a consumer links one library, rnn::rnn, whatever the number of rooms behind it; this file makes and installs it.
include(CMakePackageConfigHelpers)

get_property(room_targets GLOBAL PROPERTY RNN_ROOMS)
get_property(room_links GLOBAL PROPERTY RNN_ROOM_LINK)
set(room_objects)
foreach(room ${room_targets})
  list(APPEND room_objects $<TARGET_OBJECTS:${room}>)
endforeach()
list(REMOVE_DUPLICATES room_links)
# Header-only: nothing of them is left to link, so a consumer need not have them.
list(REMOVE_ITEM room_links nlohmann_json::nlohmann_json Eigen3::Eigen)

# BUILD_SHARED_LIBS chooses between librnn.a and librnn.so. The target has a name of its own, for the program is called rnn.
add_library(rnn_library ${room_objects})
add_library(rnn::rnn ALIAS rnn_library)
set_target_properties(rnn_library PROPERTIES OUTPUT_NAME rnn EXPORT_NAME rnn LINKER_LANGUAGE CXX VERSION ${PROJECT_VERSION}
                      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_compile_features(rnn_library PUBLIC cxx_std_20)
target_include_directories(rnn_library PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(rnn_library PRIVATE ${room_links})
if(BUILD_SHARED_LIBS)
  rnn_exports(rnn_library)
endif()
rnn_compile_options(rnn_library)

# rnn::runtime: what runs models, without what trains them. Always static, so that a program takes only the functions that it calls: one
# that steps a model of numbers links no library but the C++ one and Highway.
set(running_objects)
foreach(room base options nn alignment heads decode networks data io tasks_language_model_stream tasks_translate_stream tasks_sequences_stream
             tasks_effect_stream rnn_running)
  list(APPEND running_objects $<TARGET_OBJECTS:rnn_${room}>)
endforeach()
# Of series what a forecast from numbers in memory needs: no tables, no linear algebra.
list(APPEND running_objects "$<FILTER:$<TARGET_OBJECTS:rnn_series>,INCLUDE,series/(calendar|ridge_model|frequency|zones|dates)[.]cc[.]o>"
     "$<FILTER:$<TARGET_OBJECTS:rnn_tasks_forecast_stream>,INCLUDE,stream/(ancestral|bank|error_ranks|forecaster|front|model_front|scale)[.]cc[.]o>")
list(APPEND running_objects "$<FILTER:$<TARGET_OBJECTS:rnn_kernels>,EXCLUDE,kernels/(parts|recurrent_backward|limits)[.]cc[.]o>"
     "$<FILTER:$<TARGET_OBJECTS:rnn_text>,EXCLUDE,text/subword_training[.]cc[.]o>")
add_library(rnn_runtime STATIC ${running_objects} src/kernels/running/parts.cc src/text/running/no_training.cc)
add_library(rnn::runtime ALIAS rnn_runtime)
set_target_properties(rnn_runtime PROPERTIES EXPORT_NAME runtime LINKER_LANGUAGE CXX UNITY_BUILD OFF CXX_VISIBILITY_PRESET hidden
                      VISIBILITY_INLINES_HIDDEN ON)
target_compile_features(rnn_runtime PUBLIC cxx_std_20)
target_include_directories(rnn_runtime PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                                       PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(rnn_runtime PRIVATE ${room_links})
target_link_options(rnn_runtime INTERFACE LINKER:--gc-sections,--as-needed)
rnn_compile_options(rnn_runtime)

if(NOT RNN_INSTALL)
  return()
endif()

set(RNN_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/rnn)
install(TARGETS rnn_library rnn_runtime EXPORT rnn_targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT rnn_targets FILE rnnTargets.cmake NAMESPACE rnn:: DESTINATION ${RNN_CMAKE_DIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/rnn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/corpus DESTINATION ${CMAKE_INSTALL_DATADIR}/rnn FILES_MATCHING PATTERN "*.txt")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/held_out DESTINATION ${CMAKE_INSTALL_DATADIR}/rnn FILES_MATCHING PATTERN "*.tsv")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/recipes/papers/ DESTINATION ${CMAKE_INSTALL_DATADIR}/rnn/recipes FILES_MATCHING PATTERN "*.toml")
# The documents lie as in the tree, so that their links hold.
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/ARCHITECTURE.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
              ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.svg")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.cc" PATTERN "*.h")
install(FILES ${PROJECT_SOURCE_DIR}/src/cells/elman.h DESTINATION ${CMAKE_INSTALL_DOCDIR}/src/cells)
rnn_find_program(program)
if(program)
  install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# A static library leaves its own dependencies to the consumer's link; a shared one has settled them.
get_target_property(library_type rnn_library TYPE)
string(COMPARE EQUAL "${library_type}" STATIC_LIBRARY RNN_IS_STATIC)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/rnnConfig.cmake.in ${PROJECT_BINARY_DIR}/cmake/rnnConfig.cmake
                              INSTALL_DESTINATION ${RNN_CMAKE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/rnnConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/rnnConfig.cmake ${PROJECT_BINARY_DIR}/cmake/rnnConfigVersion.cmake
        DESTINATION ${RNN_CMAKE_DIR})

# rnn.pc finds its prefix from its own place, so the installed tree may be moved.
if(RNN_IS_STATIC)
  set(RNN_PC_DEPENDENCIES "Requires: libhwy libzstd libutf8proc sentencepiece sndfile samplerate kissfft-float fmt zlib")
  set(RNN_PC_LIBS "-lrnn -pthread")
else()
  set(RNN_PC_DEPENDENCIES "Requires.private: libhwy libzstd libutf8proc sentencepiece sndfile samplerate kissfft-float fmt zlib")
  set(RNN_PC_LIBS "-lrnn\nLibs.private: -pthread")
endif()
file(RELATIVE_PATH RNN_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" RNN_PC_PREFIX "${RNN_PC_PREFIX}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/rnn.pc.in ${PROJECT_BINARY_DIR}/cmake/rnn.pc @ONLY)
configure_file(${PROJECT_SOURCE_DIR}/cmake/rnn-runtime.pc.in ${PROJECT_BINARY_DIR}/cmake/rnn-runtime.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/rnn.pc ${PROJECT_BINARY_DIR}/cmake/rnn-runtime.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
