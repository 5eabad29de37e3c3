#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/apply/apply_document.h"
#include "cli/frame/answer.h"
#include "cli/frame/services.h"

namespace claviger::cli {

// One change, made by the same service as for the other verbs.
struct Step {
    enum class Action { kCreate, kChange, kConfirm };
    enum class Subject { kTenant, kUser };

    std::string place;   // in the document
    std::size_t tenant;  // the index of its tenant in the document
    Subject subject;
    Action action;                       // kConfirm: stored already, written again, since a host may not know of it
    std::string what;                    // "tenant acme: Acme Inc, at acme.example.com"
    std::function<void(Services&)> run;  // throws Failure, and what the services throw
};

struct Plan {
    std::vector<Step> steps;    // in the order of execution
    std::size_t unchanged = 0;  // tenants and users that are as the document says
};

// Returns the steps from the stored state to the document's. Changes nothing. Reads the password files of the users to
// create; the steps own these passwords.
// Throws Failure, which names the place, for a refusal that can be foreseen, and what the services throw. A step can
// still be refused when it runs, for example for a lost schema.
Plan planOf(Services&, const std::vector<WantedTenant>&);

}  // namespace claviger::cli
