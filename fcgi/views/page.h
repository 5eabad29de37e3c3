#pragma once

#include <ctemplate/template.h>

#include <string>

#include "fcgi/views/pages.h"

namespace claviger::fcgi {

// One page on its way to HTML: the layout, around it for a signed-in person the settings, and the content, which
// the caller fills. What every template may name (the tenant, the form token) is set here; what is the
// same on every page, the static files' address and the script's strings, is filled in when the templates are loaded.
class Page {
public:
    Page(const std::string& title, const std::string& tenantName, const char* content);
    Page(const std::string& title, const Chrome&, const char* content);

    ctemplate::TemplateDictionary& content() { return *content_; }
    const ctemplate::TemplateDictionary& layout() const { return layout_; }

private:
    ctemplate::TemplateDictionary layout_;
    ctemplate::TemplateDictionary* content_;
};

}  // namespace claviger::fcgi
