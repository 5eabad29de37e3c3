#pragma once

namespace claviger::domain::secrets {

// What this process and those that it starts hold in memory gets into no core dump, and no other process of the same
// account can read it. A change of the account, and execve, take the second half back: call it again then.
void forbidCoreDumps();

}  // namespace claviger::domain::secrets
