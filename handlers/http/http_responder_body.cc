// HttpResponder, bodies: in pieces, from a source, from a file.
#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "handlers/connection_context.h"
#include "handlers/http/http_responder.h"
#include "reactor/check.h"

namespace edgewise {
namespace {

// Longer pieces are cut: so the size has six digits, and fits into an envelope with its CRLF.
constexpr std::size_t kChunkBytesMax = 0xffffff;

// The size line before a chunk, and the line end after it.
Envelope ChunkAround(std::size_t size) {
  std::array<char, 8> line{};
  std::uint8_t digits = 0;
  for (std::size_t rest = size; rest != 0; rest >>= 4) ++digits;
  for (std::uint8_t i = digits; i-- != 0; size >>= 4) line[i] = "0123456789abcdef"[size & 15];
  line[digits] = '\r';
  line[digits + 1] = '\n';
  return {.prefix = ShortBytes::OfMemory(std::bit_cast<std::uint64_t>(line)),
          .suffix = {'\r', '\n'},
          .prefix_size = static_cast<std::uint8_t>(digits + 2),
          .suffix_size = 2};
}

// Files up to this size are read and leave with their head; longer ones are not copied.
constexpr std::size_t kCopiedBytesMax = std::size_t{16} << 10;

}  // namespace

SendResult HttpResponder::Write(std::string_view piece) {
  EDGEWISE_CHECK(stage_ != Stage::kOwed, "a body is written between Begin and End");
  if (done()) return SendResult::kClosed;
  if (framing_ == HttpFraming::kLength) {
    if (piece.size() > left_) {
      Abandon();
      return SendResult::kTooLong;
    }
    left_ -= piece.size();
  }
  if (bodiless_) return SendResult::kAccepted;
  if (record_) record_->AddBytes(piece.size());
  if (framing_ != HttpFraming::kChunked) return peer_->Write(piece);
  SendResult result = SendResult::kAccepted;
  while (!piece.empty() && result == SendResult::kAccepted) {
    const std::string_view chunk = piece.substr(0, std::min(piece.size(), kChunkBytesMax));
    result = peer_->WriteWithin(ChunkAround(chunk.size()), chunk);
    piece.remove_prefix(chunk.size());
  }
  return result;
}

SendResult HttpResponder::End() {
  EDGEWISE_CHECK(stage_ != Stage::kOwed, "a body is written between Begin and End");
  if (done()) return SendResult::kClosed;
  if (framing_ == HttpFraming::kLength && left_ != 0 && !bodiless_) {
    Abandon();
    return SendResult::kClosed;
  }
  SendResult result = SendResult::kAccepted;
  if (framing_ == HttpFraming::kChunked && !bodiless_) result = peer_->Write("0\r\n\r\n");
  Finish();
  return result;
}

SendResult HttpResponder::SendFrom(const Answer& answer, std::unique_ptr<HttpBodySource> source,
                                   std::optional<std::uint64_t> length) {
  const SendResult result = Begin(answer, length);
  if (result != SendResult::kAccepted) return result;
  if (bodiless_) return End();
  source_ = std::move(source);
  Resume();
  return result;
}

SendResult HttpResponder::SendFile(const Answer& answer, FileSlice slice) {
  const SendResult begun = Begin(answer, slice.bytes);
  if (begun != SendResult::kAccepted) return begun;
  left_ = 0;
  SendResult result = SendResult::kAccepted;
  if (record_ && !bodiless_) record_->AddBytes(slice.bytes);
  if (!bodiless_ && slice.bytes > kCopiedBytesMax) {
    result = peer_->SendFile(std::move(slice));
  } else if (!bodiless_) {
    std::array<char, kCopiedBytesMax> text;
    Kernel& kernel = peer_->context().kernel;
    for (std::size_t left = slice.bytes; left != 0 && result == SendResult::kAccepted;) {
      const IoResult got =
          kernel.ReadAt(slice.file->handle(), std::span(text).first(left), slice.offset);
      if (got.error() == Error::kInterrupted) continue;
      if (!got.ok() || got.bytes() == 0) {
        Abandon();
        return SendResult::kClosed;
      }
      result = peer_->Write({text.data(), got.bytes()});
      slice.offset += got.bytes();
      left -= got.bytes();
    }
  }
  Finish();
  return result;
}

void HttpResponder::Resume() {
  resumed_ = true;  // from within Produce: it is asked again then, even if it says that it waits
  if (!source_) return;
  if (peer_->pending_output() == 0) return Pump();
  asks_ = true;
  peer_->AskForDrained();
}

void HttpResponder::Pump() {
  asks_ = false;
  if (!source_) return;
  resumed_ = false;
  // It may end the answer by itself, and is needed until it returns.
  std::unique_ptr<HttpBodySource> source = std::move(source_);
  const auto outcome = source->Produce(*this, peer_->context().reactor.budget());
  if (stage_ != Stage::kBody) return;
  switch (outcome) {
    case HttpBodySource::Outcome::kMore:
      resumed_ = true;
      [[fallthrough]];
    case HttpBodySource::Outcome::kWaiting:
      source_ = std::move(source);
      asks_ = resumed_;
      if (asks_) peer_->AskForDrained();
      return;
    case HttpBodySource::Outcome::kEnd:
      static_cast<void>(End());
      return;
    case HttpBodySource::Outcome::kFailed:
      return Abandon();
  }
}

}  // namespace edgewise
