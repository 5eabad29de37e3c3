#include "fcgi/views/templates.h"

#include <ctemplate/template_cache.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "fcgi/views/page.h"

namespace claviger::fcgi {
namespace {

constexpr auto kLayout = "layout.tpl";
constexpr auto kStrings = "strings.json";
constexpr const char* kTemplates[] = {kLayout,       "settings.tpl",     "login.tpl",         "keys.tpl",
                                      "new_key.tpl", "new_key_form.tpl", "confirm.tpl",       "confirm_form.tpl",
                                      "reveal.tpl",  "revealed_key.tpl", "already_shown.tpl", "error.tpl"};

std::string textOfFile(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in || text.empty()) throw std::runtime_error("the file " + file.string() + " is missing or empty");
    return text;
}

}  // namespace

Templates::Templates(const std::filesystem::path& folder)
    : cache_(std::make_unique<ctemplate::TemplateCache>()), strings_(textOfFile(folder / kStrings)) {
    if (!cache_->SetTemplateRootDirectory(folder.string()))
        throw std::runtime_error("templates.folder " + folder.string() + " cannot be used");
    for (const auto* name : kTemplates)
        if (!cache_->LoadTemplate(name, ctemplate::STRIP_BLANK_LINES))
            throw std::runtime_error("the template " + (folder / name).string() + " is missing or broken");
    cache_->Freeze();
}

Templates::~Templates() = default;

std::string Templates::expand(Page& page) const {
    std::string html;
    // A partial output is returned with false: better no page than half of one.
    if (!cache_->ExpandNoLoad(kLayout, ctemplate::STRIP_BLANK_LINES, &page.layout(strings_), nullptr, &html))
        throw std::runtime_error("a template could not be expanded");
    return html;
}

}  // namespace claviger::fcgi
