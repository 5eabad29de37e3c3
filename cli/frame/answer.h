#pragma once

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <string>
#include <utility>

#include "cli/frame/exit_status.h"

namespace claviger::cli {

using JsonObject = Poco::JSON::Object;
using JsonArray = Poco::JSON::Array;

// The result of a verb, with the same content as text and as document. --json selects the document.
struct Answer {
    std::string text;
    JsonObject document;
    ExitStatus status = ExitStatus::kDone;
    std::string problem{};      // the problems of a partly done verb, for the error output; empty: none
    std::string quiet{};        // replaces the text with --quiet: bare values for scripts, one a line
    std::string ifUnwritten{};  // the loss if the standard output cannot be written, and the remedy; may be empty
};

// An answer with these contents and ExitStatus::kDone.
Answer answerOf(std::string text, JsonObject document, std::string quiet);

// Returns an object whose members keep their order.
JsonObject jsonObject(std::initializer_list<std::pair<std::string, Poco::Dynamic::Var>> members);

}  // namespace claviger::cli
