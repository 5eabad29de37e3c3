#include <exception>
#include <iostream>

#include "cli/composition.h"
#include "cli/program.h"
#include "domain/secrets/core_dumps.h"
#include "domain/secrets/initialize.h"

int main(int count, char** arguments) try {
    using namespace claviger;
    domain::secrets::forbidCoreDumps();
    domain::secrets::initialize();
    return static_cast<int>(cli::runProgram(count, arguments, cli::composeServices, std::cout, std::cerr));
} catch (const std::exception& failure) {
    std::cerr << "claviger: " << failure.what() << '\n';
    return static_cast<int>(claviger::cli::ExitStatus::kFailed);
}
