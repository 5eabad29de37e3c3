#include "domain/secrets/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace claviger::domain::secrets {

void forbidCoreDumps() {
    constexpr rlimit kNone{0, 0};
    ::setrlimit(RLIMIT_CORE, &kNone);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace claviger::domain::secrets
