@classLabel true
@data
:a
