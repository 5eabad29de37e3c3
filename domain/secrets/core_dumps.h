#pragma once

namespace claviger::domain::secrets {

// Turns off core dumps for this process and its children. Prevents other processes of the same account from reading its
// memory. A change of the account, and execve, undo this second part: call it again after them. Errors are ignored.
// Throws nothing. It holds for all threads of the process.
void forbidCoreDumps();

}  // namespace claviger::domain::secrets
