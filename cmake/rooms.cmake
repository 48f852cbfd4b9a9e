# Why: one function makes every room, so that each is its own target and the linker agrees with the table of floors.

# rnn_room(NAME [COLD] LINK targets...): one static library rnn_NAME (a/b: rnn_a_b) from src/NAME/*.cc; names of rooms stand for their libraries.
# COLD: no loop over numbers here, so the compiler need not try hard. The global property RNN_ROOMS lists the rooms made;
# RNN_ROOM_LINK lists what they link from outside (for librnn).
function(rnn_room name)
  cmake_parse_arguments(ROOM "COLD" "" "LINK" ${ARGN})
  set(inner ${PROJECT_SOURCE_DIR}/src/${name}/*/*.cc)
  if(name STREQUAL tasks)  # whose folders are rooms
    set(inner "")
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc ${inner})
  if(NOT name MATCHES "/(stream|running)$")  # rooms within a room: what runs models
    list(FILTER sources EXCLUDE REGEX "/src/${name}/(stream|running)/[^/]*$")
  endif()
  if(NOT sources)
    return()
  endif()
  string(REPLACE / _ room rnn_${name})
  add_library(${room} STATIC ${sources})
  target_include_directories(${room} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
                                                $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
  target_compile_definitions(${room} PRIVATE RNN_VERSION="${PROJECT_VERSION}")
  rnn_compile_options(${room})
  target_compile_options(${room} PRIVATE -ffunction-sections -fdata-sections)  # rnn::runtime leaves out what nobody calls
  set_target_properties(${room} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  foreach(item ${ROOM_LINK})
    string(REPLACE / _ below rnn_${item})
    if(TARGET ${below})
      target_link_libraries(${room} PUBLIC ${below})
    elseif(item MATCHES "::")
      target_link_libraries(${room} PRIVATE ${item})
      set_property(GLOBAL APPEND PROPERTY RNN_ROOM_LINK ${item})
    endif()
  endforeach()
  if(ROOM_COLD)
    rnn_cold(${room})
    target_precompile_headers(${room} REUSE_FROM rnn_cold_headers)
  elseif(ROOM_LINK MATCHES nlohmann AND ROOM_LINK MATCHES fmt)
    target_precompile_headers(${room} REUSE_FROM rnn_headers)
  elseif(NOT name STREQUAL kernels)  # whose files are compiled once per instruction set: there the headers are the least
    target_precompile_headers(${room} REUSE_FROM rnn_standard_headers)
  endif()
  # What rnn::runtime takes file by file, or leaves out.
  set(apart calendar ridge_model frequency zones dates)
  list(TRANSFORM apart REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/src/series/\\1.cc")
  set_source_files_properties(${apart} ${PROJECT_SOURCE_DIR}/src/text/subword_training.cc ${PROJECT_SOURCE_DIR}/src/text/subwords.cc
                              ${PROJECT_SOURCE_DIR}/src/text/word_rules.cc ${PROJECT_SOURCE_DIR}/src/text/speech_text.cc
                              ${PROJECT_SOURCE_DIR}/src/data/inputs/compression.cc
                              ${PROJECT_SOURCE_DIR}/src/data/window_layout.cc ${PROJECT_SOURCE_DIR}/src/data/autoregressive_windows.cc
                              PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  if(name MATCHES "^(base|io|rnn/running|tasks/forecast/stream)$")
    set_target_properties(${room} PROPERTIES UNITY_BUILD OFF)
  endif()
  if(name STREQUAL kernels)  # each of its files includes itself once per instruction set
    set_target_properties(rnn_kernels PROPERTIES UNITY_BUILD OFF)
  endif()
  set_property(GLOBAL APPEND PROPERTY RNN_ROOMS ${room})
endfunction()

# Precompiled headers: rooms that speak JSON and format text spend most of their compile time on the same headers. Each file names
# what it needs all the same: the preset clang and ./run lint compile without (CMAKE_DISABLE_PRECOMPILE_HEADERS).
# rnn_precompile(TARGET headers...): rnn_headers has the options of a room, rnn_cold_headers those of a COLD one; for rooms without
# JSON rnn_standard_headers.
set(RNN_STANDARD_HEADERS <algorithm> <array> <charconv> <cmath> <cstdint> <filesystem> <functional> <limits> <map> <memory> <optional>
    <span> <string> <string_view> <utility> <variant> <vector>)
set(RNN_TEXT_HEADERS <fmt/format.h> <nlohmann/json.hpp>)
function(rnn_precompile target)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${target}.cc CONTENT "// Why: a target needs a source.\n")
  add_library(${target} OBJECT ${PROJECT_BINARY_DIR}/${target}.cc)
  if(ARGN MATCHES fmt)
    target_link_libraries(${target} PRIVATE fmt::fmt nlohmann_json::nlohmann_json)
  endif()
  target_compile_definitions(${target} PRIVATE RNN_VERSION="${PROJECT_VERSION}")
  rnn_compile_options(${target})
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_precompile_headers(${target} PRIVATE ${ARGN})
endfunction()

# rnn_cold(TARGET): the least effort that still inlines, half the time of -O3 where templates of JSON and text are all there is.
function(rnn_cold target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# Every fused multiply-add is written down: the compiler may not make or break one (ARCHITECTURE.md, numerics).
function(rnn_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -ffp-contract=off
                         $<$<BOOL:${RNN_WERROR}>:-Werror>)
  # With precompiled headers ccache needs the source with its macros (and CCACHE_SLOPPINESS, which ./run sets).
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
  # GCC 12 sees overlaps and overflows that are not there in "text" + std::string (its bug 105651, fixed in 13).
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
  endif()
  # Several files of a room at once (preset base): a name of one may hide that of another, and what GCC says about types without
  # linkage in included files is not meant for these. The preset clang compiles each file alone.
  if(CMAKE_UNITY_BUILD)
    target_compile_options(${target} PRIVATE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
  if(RNN_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${RNN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${RNN_SANITIZE})
  endif()
endfunction()

# rnn_exports(TARGET): a shared library of all rooms shows what cmake/rnn.map lists.
function(rnn_exports target)
  target_link_options(${target} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/rnn.map)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/rnn.map)
endfunction()

# rnn_find_program(VAR): the target of the program rnn (app/CMakeLists.txt), or empty where it is not built.
function(rnn_find_program variable)
  set(${variable} "" PARENT_SCOPE)
  get_property(folders DIRECTORY ${PROJECT_SOURCE_DIR} PROPERTY SUBDIRECTORIES)
  if(NOT ${PROJECT_SOURCE_DIR}/app IN_LIST folders)
    return()
  endif()
  get_property(targets DIRECTORY ${PROJECT_SOURCE_DIR}/app PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target ${targets})
    get_target_property(type ${target} TYPE)
    get_target_property(output ${target} OUTPUT_NAME)
    if(type STREQUAL EXECUTABLE AND (target STREQUAL rnn OR output STREQUAL rnn))
      set(${variable} ${target} PARENT_SCOPE)
    endif()
  endforeach()
endfunction()
