// What is the same for all kinds of records.
#include "reactor/kernel/recorded/recording_writer.h"

namespace edgewise {

RecordingWriter::RecordingWriter(RecordingSink& sink, std::string_view note) : sink_(sink) {
  sink_.Write(RecordingFormat::Header(note), {});
}

void RecordingWriter::Finish(char* head, char* end, std::string_view bytes) {
  const std::string_view summed(head, static_cast<std::size_t>(end - head));
  end = RecordingFormat::PutFixed(end, RecordingFormat::Checksum(records_++, summed, bytes));
  sink_.Write({head, static_cast<std::size_t>(end - head)}, bytes);
}

void RecordingWriter::End() {
  if (ended_) return;
  ended_ = true;
  Write<CallKind::kEnd>({}, calls_);
  sink_.Flush();
}

}  // namespace edgewise
