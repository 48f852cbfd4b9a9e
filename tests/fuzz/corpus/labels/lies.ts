@dimensions 3
@equalLength true
@classLabel true a b
@data
1,2,?:4,5,6:a
7,8:9,10:b
