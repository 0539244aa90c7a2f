#pragma once
// How the C library keeps memory: Swift's own module of it leaves this header out.
#include <malloc.h>
