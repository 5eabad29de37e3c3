#include "fcgi/server/request_head.h"

#include "tests/fuzz/targets.h"

namespace claviger::tests {

using fcgi::HeadState;

void fuzzRequestHead(const std::string& input) {
    const auto whole = fcgi::judgeHead(input);
    const auto front = fcgi::judgeHead(std::string_view(input).substr(0, input.size() / 2));
    promise(front != HeadState::kWhole || whole == HeadState::kWhole, "a whole head stays one when more comes");
    promise(front != HeadState::kForeign || whole == HeadState::kForeign, "a foreign head stays one when more comes");
    promise(whole != HeadState::kWhole || fcgi::judgeHead(input + '\x02') == HeadState::kWhole,
            "what comes after a head is not looked at");
}

}  // namespace claviger::tests
