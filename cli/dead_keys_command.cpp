#include "cli/dead_keys_command.h"

#include <fstream>

#include "cli/export_file.h"
#include "cli/export_format.h"
#include "cli/export_reader.h"
#include "cli/failure.h"

namespace claviger::cli {

namespace fs = std::filesystem;

void writeDeadKeys(Services& services, const fs::path& path) {
    ExportFile file(path);
    ExportWriter writer([&](const std::string& line) { file.write(line); });
    writer.headOfDeadKeys();
    services.transfers().readDeadKeys(writer);
    writer.end();
    file.keep();
}

std::size_t readDeadKeys(Services& services, const fs::path& path, bool dryRun) {
    std::ifstream in(path);
    if (!in) throw domain::ArchiveRefused(path.string() + " cannot be read");
    try {
        ExportReader reader(in);
        reader.headOfDeadKeys();
        return services.transfers().rememberDeadKeys(reader, dryRun);
    } catch (const domain::ArchiveRefused& refused) {
        throw domain::ArchiveRefused(path.string() + ": " + refused.what());
    }
}

void addDeadKeysCommand(CLI::App& app, Verb& chosen) {
    const auto file = std::make_shared<std::string>();
    addVerb(
        app, "dead-keys",
        "Write the list of all dead keys, as hashes. Taken every few minutes and kept on another machine, the newest "
        "one keeps a backup of last night from reviving what was revoked today.",
        "  claviger dead-keys /elsewhere/dead-keys-0815.json")
        ->callback([=, &chosen] {
            if (file->empty()) throw usageFailure("FILE: it needs a name");
            chosen = [file](Services& services) {
                writeDeadKeys(services, *file);
                const auto path = fs::absolute(*file).string();
                return answerOf("Wrote the dead keys to " + path + "\n", jsonObject({{"file", path}}), path + "\n");
            };
        })
        ->add_option("FILE", *file, "The file to make")
        ->type_name("FILE")
        ->required();
}

}  // namespace claviger::cli
