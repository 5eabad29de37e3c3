#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/answer.h"
#include "cli/apply_document.h"
#include "cli/services.h"

namespace claviger::cli {

// One thing that is to be done, by the service that does it for the other verbs too.
struct Step {
    enum class Action { kCreate, kChange, kConfirm };

    std::string place;                   // in the document
    Action action;                       // kConfirm: it is so, and is written again, since not every host may know yet
    std::string what;                    // "tenant acme: Acme Inc, at acme.example.com"
    std::function<void(Services&)> run;  // throws Failure, and what the services throw
};

struct Plan {
    std::vector<Step> steps;
    std::size_t unchanged = 0;  // tenants and users that are as the document says
};

// What differs between the document and what is there; reads the passwords of users who are to be made. Throws
// Failure naming the place, if any step would be refused: then nothing has been changed.
Plan planOf(Services&, const std::vector<WantedTenant>&);

}  // namespace claviger::cli
