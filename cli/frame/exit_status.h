#pragma once

namespace claviger::cli {

// The exit status of the tool. Scripts depend on these numbers.
enum class ExitStatus : int {
    kDone = 0,  // or already so
    kFailed = 1,
    kUsage = 2,  // an unknown verb or option, or an invalid value of any argument; nothing was tried
    kNotFound = 3,
    kConflict = 4,    // a name is taken already, or a limit is reached; the message describes the state
    kPartlyDone = 5,  // some of several things failed, the others are done
};

}  // namespace claviger::cli
