#pragma once

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <string>
#include <utility>

#include "cli/exit_status.h"

namespace claviger::cli {

using JsonObject = Poco::JSON::Object;
using JsonArray = Poco::JSON::Array;

// What a verb has to say: the same in words and as a document. Which of the two is shown, --json decides.
struct Answer {
    std::string text;
    JsonObject document;
    ExitStatus status = ExitStatus::kDone;
    std::string trouble{};      // of what is only partly done: goes to the error output
    std::string quiet{};        // what is left of the text with --quiet: what a script asks for
    std::string ifUnwritten{};  // what is lost, and what to do, if the standard output cannot be written
};

Answer answerOf(std::string text, JsonObject document, std::string quiet);

// An object whose members keep their order.
JsonObject jsonObject(std::initializer_list<std::pair<std::string, Poco::Dynamic::Var>> members);

}  // namespace claviger::cli
