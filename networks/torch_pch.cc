// SPDX-License-Identifier: Apache-2.0
// Nothing but what the headers are compiled for (CMakeLists.txt).
