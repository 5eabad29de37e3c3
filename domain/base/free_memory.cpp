#include "domain/base/free_memory.h"

#include <malloc.h>

namespace claviger::domain {

void returnFreeMemory() {
    ::malloc_trim(0);
}

}  // namespace claviger::domain
