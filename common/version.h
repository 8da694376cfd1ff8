/* The version of all programs of the project, which are built and released together. */
#ifndef COMMON_VERSION_H
#define COMMON_VERSION_H

#define P2PDASH_VERSION "0.1.0"

#endif
