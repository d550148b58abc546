// Names of the causes.
#include "reactor/close_reason.h"

namespace edgewise {

std::string_view CloseCauseName(CloseCause cause) {
  switch (cause) {
    case CloseCause::kNone:
      return "not closed";
    case CloseCause::kEndOfStream:
      return "end of stream";
    case CloseCause::kLocal:
      return "closed by the service";
    case CloseCause::kRequestsMax:
      return "requests max";
    case CloseCause::kAbandoned:
      return "answer abandoned";
    case CloseCause::kReset:
      return "reset";
    case CloseCause::kMalformed:
      return "malformed input";
    case CloseCause::kOverflow:
      return "overflow";
    case CloseCause::kIdleTimeout:
      return "idle timeout";
    case CloseCause::kFrameTimeout:
      return "frame timeout";
    case CloseCause::kBodyTimeout:
      return "body timeout";
    case CloseCause::kWriteTimeout:
      return "write timeout";
    case CloseCause::kLingerTimeout:
      return "linger timeout";
    case CloseCause::kShutdown:
      return "shutdown";
    case CloseCause::kShutdownTimeout:
      return "shutdown timeout";
    case CloseCause::kRefused:
      return "refused";
    case CloseCause::kException:
      return "exception";
    case CloseCause::kSystem:
      return "system error";
  }
  return "unknown";
}

std::string CloseReasonText(const CloseReason& reason) {
  std::string text(CloseCauseName(reason.cause));
  if (reason.detail != nullptr) text += std::string(": ") + reason.detail;
  if (reason.error != Error::kNone) text += ": " + ErrorText(reason.error);
  return text;
}

}  // namespace edgewise
