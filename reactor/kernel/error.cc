// Names and meanings of the kernel's errors.
#include "reactor/kernel/error.h"

#include <cstring>
#include <system_error>

namespace edgewise {

std::string_view ErrorSymbol(Error error) {
  const char* name = strerrorname_np(static_cast<int>(error));
  if (error == Error::kNone) return "";
  return name != nullptr ? name : "E?";
}

std::string ErrorText(Error error) {
  if (error == Error::kNone) return "no error";
  const int number = static_cast<int>(error);
  const char* name = strerrorname_np(number);
  std::string text = name != nullptr ? name : "error " + std::to_string(number);
  return text + " (" + std::generic_category().message(number) + ")";
}

}  // namespace edgewise
