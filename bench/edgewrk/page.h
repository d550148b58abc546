// What was measured as a document: JSON for programs, a page with pictures for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "bench/edgewrk/edgewrk_options.h"

namespace edgewise::wrk {

// `page` (one of page_texts.h) with `document` in it: one file, which asks for nothing from
// elsewhere, and whatever text the document has is never read as markup.
std::string FillPage(std::string_view page, const nlohmann::ordered_json& document);

// To the files that --json and --report name, if they do. False if one could not be written.
bool WriteDocument(const EdgewrkOptions& options, std::string_view page,
                   const nlohmann::ordered_json& document);

}  // namespace edgewise::wrk
