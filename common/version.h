/* The version of all programs of the project. */
#ifndef COMMON_VERSION_H
#define COMMON_VERSION_H

#define P2PDASH_VERSION "0.1.0"

#endif
